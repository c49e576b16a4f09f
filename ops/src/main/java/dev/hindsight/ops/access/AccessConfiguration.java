package dev.hindsight.ops.access;

import dev.hindsight.ops.edge.CallerArgumentResolver;
import dev.hindsight.ops.edge.RequestIdFilter;
import dev.hindsight.projections.rebuild.OperationsRecord;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Access records; {@code hindsight.access-records=false} switches them off. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "hindsight.access-records", matchIfMissing = true)
public class AccessConfiguration {

    @Bean
    AccessRecorder accessRecorder(OperationsRecord record, MeterRegistry meters) {
        return new AccessRecorder(record, meters);
    }

    /** Around everything that can refuse. */
    @Bean
    FilterRegistrationBean<AccessFilter> accessFilter(AccessRecorder recorder) {
        var bean = new FilterRegistrationBean<>(
                new AccessFilter(recorder::note, CallerArgumentResolver::callerOf, RequestIdFilter::of));
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return bean;
    }
}
