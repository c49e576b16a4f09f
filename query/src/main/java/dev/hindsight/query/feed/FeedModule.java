package dev.hindsight.query.feed;

import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.LogEpoch;
import dev.hindsight.projections.readmodel.LogFollower;
import dev.hindsight.projections.readmodel.ReadModels;
import dev.hindsight.query.Freshness;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/**
 * The feed, beside the reads of {@link dev.hindsight.query.QueryModule}. Whoever assembles the application provides the
 * log ({@link EventLog}, {@link LogFollower}, {@link EventForms}) and its {@link LogEpoch}.
 */
@Configuration(proxyBeanMethods = false)
public class FeedModule {

    @Bean
    FeedPages feedPages(EventLog log, ReadModels models, Freshness freshness, EventForms forms) {
        return new FeedPages(log, models, freshness, forms);
    }

    @Bean
    LiveFeed liveFeed(
            EventLog log,
            LogFollower follower,
            FreshnessGate gate,
            FeedPages pages,
            EventForms forms,
            @Value("${hindsight.feed.heartbeat}") Duration heartbeat,
            @Value("${hindsight.feed.lifetime}") Duration lifetime,
            @Value("${hindsight.feed.readers}") int readers) {
        return new LiveFeed(log, follower, gate, pages, forms, heartbeat, lifetime, readers);
    }

    /** Before the web server waits for its requests to end: streams would keep it waiting. */
    @Bean
    ApplicationListener<ContextClosedEvent> streamsEndFirst(LiveFeed live) {
        return closed -> live.close();
    }

    @Bean
    FeedController feedController(FeedPages pages, LiveFeed live, ObjectProvider<LogEpoch> epoch) {
        return new FeedController(pages, live, epoch::getObject);
    }

    @Bean
    MeterBinder feedReaders(LiveFeed live) {
        return registry -> Gauge.builder("hindsight.feed.readers", live, LiveFeed::listeners)
                .description("Live readers of the feed on this node")
                .register(registry);
    }
}
