package dev.hindsight.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentTest {

    private static final Instant NOW = Instant.parse("2026-03-03T14:30:00Z");

    @Test
    void nothingAskedForIsNow() {
        assertThat(Moment.of(null, null, null, null, NOW).isNow()).isTrue();
        assertThat(Moment.of(null, null, "3", null, NOW).isNow()).isFalse();
    }

    @Test
    void bothTimelinesGoTogether() {
        Moment moment = Moment.of("2026-03-03T14:30:00Z", "2026-03-02", null, null, NOW);
        assertThat(moment.asOf()).isEqualTo(NOW);
        assertThat(moment.asKnownAt()).isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-03T14:30:01Z,,,,asOf",
        ",2026-03-04,,,asKnownAt",
        "yesterday,,,,asOf",
        ",,0,,atPosition",
        ",,-1,,atPosition",
        ",,,x,version",
        "2026-03-01,,,3,version",
        ",2026-03-01,4,,atPosition",
    })
    void refusesByName(
            @Nullable String asOf,
            @Nullable String asKnownAt,
            @Nullable String atPosition,
            @Nullable String version,
            String field) {
        assertThatThrownBy(() -> Moment.of(asOf, asKnownAt, atPosition, version, NOW))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        refused -> assertThat(refused.errors())
                                .anySatisfy(error -> assertThat(error.field()).isEqualTo(field)));
    }
}
