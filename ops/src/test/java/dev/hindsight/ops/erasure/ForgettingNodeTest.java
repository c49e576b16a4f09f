package dev.hindsight.ops.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.acceptance.RunningApplication;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.projections.readmodel.LoggedEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/** From when on a node hears of what is erased. */
class ForgettingNodeTest {

    private final ConfigurableApplicationContext context =
            RunningApplication.shared().context();

    @Test
    void nothingThatRunsBeginsBeforeIt() {
        int phase = context.getBean(ForgettingNode.class).getPhase();
        assertThat(context.getBeansOfType(SmartLifecycle.class)).hasSizeGreaterThan(5);
        context.getBeansOfType(SmartLifecycle.class).forEach((name, other) -> {
            if (!(other instanceof ForgettingNode)) {
                assertThat(other.getPhase()).as(name).isGreaterThan(phase);
            }
        });
    }

    @Test
    void whatIsErasedOnceItHasBegunIsHeardOf() throws InterruptedException {
        BlockingQueue<UUID> heard = new LinkedBlockingQueue<>();
        ErasingAfterHead log = new ErasingAfterHead(context.getBean(EventLog.class));
        ForgettingNode node =
                new ForgettingNode(context.getBean(LogTail.class), log, List.of(heard::add), List.of(heard::add));
        node.start();
        try {
            assertThat(log.erased)
                    .as("the head is read before it is said to have begun")
                    .isNotNull();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(log.erased);
        } finally {
            node.stop();
        }
    }

    /** The worst moment: somebody is forgotten right after the head was read. */
    private static final class ErasingAfterHead implements EventLog {

        private final EventLog log;
        private @Nullable UUID erased;

        ErasingAfterHead(EventLog log) {
            this.log = log;
        }

        @Override
        public long head() {
            long head = log.head();
            RunningApplication app = RunningApplication.shared();
            String person = app.as(Role.REQUESTER, "forgotten-" + UUID.randomUUID() + "@example.org")
                    .get("/api/v1/people/me")
                    .id();
            assertThat(app.as(Role.ADMIN, "adele@example.org")
                            .post("/api/v1/people/" + person + "/erasure", "{\"reason\":\"asked\"}")
                            .status())
                    .isIn(200, 202);
            erased = UUID.fromString(person);
            return head;
        }

        @Override
        public Stream<LoggedEvent> eventsOf(String stream) {
            return log.eventsOf(stream);
        }

        @Override
        public Stream<LoggedEvent> erasedEventsOf(String stream) {
            return log.erasedEventsOf(stream);
        }

        @Override
        public Set<String> ended(Collection<String> streams) {
            return log.ended(streams);
        }

        @Override
        public Set<String> erased(long after, long upTo) {
            return log.erased(after, upTo);
        }

        @Override
        public List<LoggedEvent> after(long position, int count) {
            return log.after(position, count);
        }

        @Override
        public @Nullable Instant latestOccurred(long position) {
            return log.latestOccurred(position);
        }

        @Override
        public long recordedBy(Instant moment) {
            return log.recordedBy(moment);
        }
    }
}
