package dev.hindsight.projections.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hindsight.projections.rebuild.Forecast.Spent;
import dev.hindsight.projections.rebuild.Forecast.Took;
import dev.hindsight.projections.rebuild.Job.Kind;
import dev.hindsight.projections.rebuild.Job.Phase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of the time left, on figures of jobs as they run. */
class ForecastTest {

    private static final Took NOTHING = new Took(Map.of(), 0, 0, List.of());

    /** 100,000 events: a second of sorting, ten of copying, six of indexing, two of verifying. */
    private static final Took LAST = new Took(
            Map.of(
                    Phase.COPYING, new Spent(11_000, 100_000),
                    Phase.INDEXING, new Spent(6_000, 3),
                    Phase.CATCHING_UP, new Spent(100, 0),
                    Phase.VERIFYING, new Spent(2_000, 0)),
            1_000,
            0,
            List.of(1_000.0, 5_000.0, 6_000.0));

    private static Forecast copying(
            long done, long total, long millis, @Nullable Integer maxRate, Took took, @Nullable Took last) {
        return new Forecast(Kind.REBUILD, Phase.COPYING, done, total, millis, maxRate != null, maxRate, took, last);
    }

    private static double left(Forecast forecast) {
        return forecast.left().orElseThrow().toMillis();
    }

    @Test
    void of_the_first_job_of_all_nothing_is_known_before_its_second_batch() {
        assertThat(copying(0, 100_000, 900, null, NOTHING, null).left()).isEmpty();
        var begun = new Took(Map.of(), 1_000, 2_000, List.of());
        assertThat(copying(2_000, 100_000, 1_000, null, begun, null).left()).isEmpty();

        var half = copying(51_000, 100_000, 5_900, null, begun, null); // 49,000 events in 4.9 s
        assertThat(left(half)).isCloseTo(4_900 + 10_000 * 40 / 60.0, within(1.0));
    }

    @Test
    void phases_to_come_take_what_they_took_in_proportion_to_events_and_pace() {
        var took = new Took(Map.of(), 2_000, 0, List.of());
        // Twice the events, each twice as slow.
        assertThat(left(copying(100_000, 200_000, 22_000, null, took, LAST)))
                .isCloseTo(20_000 + 4 * 8_100, within(1.0));
        assertThat(left(copying(0, 200_000, 500, null, NOTHING, LAST)))
                .as("before the first batch")
                .isCloseTo(1_500 + 20_000 + 2 * 8_100, within(1.0));
    }

    @Test
    void a_pace_that_was_ordered_says_nothing_of_other_phases() {
        var took = new Took(Map.of(), 1_000, 0, List.of());
        assertThat(left(copying(10_000, 100_000, 11_000, 1_000, took, LAST))).isCloseTo(90_000 + 8_100, within(1.0));
        assertThat(left(copying(10_000, 100_000, 2_000, 1_000, took, LAST)))
                .as("ordered a moment ago")
                .isCloseTo(90_000 + 8_100, within(1.0));
    }

    @Test
    void indexes_are_not_alike() {
        var took = new Took(Map.of(Phase.COPYING, new Spent(11_000, 100_000)), 1_000, 0, List.of(1_000.0));
        var one = new Forecast(Kind.REBUILD, Phase.INDEXING, 1, 3, 1_000, false, null, took, LAST);
        assertThat(left(one)).isCloseTo(5_000 + 2_100, within(1.0));
        assertThat(one.percent()).isCloseTo(100 * 12_000 / 19_100.0, within(0.1));
        var more = new Forecast(Kind.REBUILD, Phase.INDEXING, 1, 4, 1_000, false, null, took, LAST);
        assertThat(left(more)).as("an index is new").isCloseTo(6_000 * 0.75 + 2_100, within(1.0));
    }

    @Test
    void a_phase_that_takes_longer_than_ever_does_not_end_in_the_past() {
        var took = new Took(Map.of(Phase.COPYING, new Spent(11_000, 100_000)), 1_000, 0, List.of());
        var late = new Forecast(Kind.REBUILD, Phase.VERIFYING, 0, 0, 60_000, false, null, took, LAST);
        assertThat(left(late)).isZero();
        assertThat(late.percent()).isLessThan(100);
    }

    @Test
    void a_verification_has_one_phase_and_goes_on_as_it_went() {
        var nothing = new Took(Map.of(), 0, 0, List.of());
        var quarter =
                new Forecast(Kind.VERIFICATION, Phase.VERIFYING, 25_000, 100_000, 3_000, false, null, nothing, null);
        assertThat(left(quarter)).isCloseTo(9_000, within(1.0));
        assertThat(quarter.percent()).isCloseTo(25, within(0.1));
        var begun = new Forecast(Kind.VERIFICATION, Phase.VERIFYING, 0, 100_000, 5, false, null, nothing, null);
        assertThat(begun.left()).isEmpty();
        assertThat(begun.percent()).isZero();
    }

    /** A job like the last one, with other events and another pace: what is told from a tenth on is right, all the way. */
    @ParameterizedTest
    @CsvSource({"100000, 1", "100000, 2", "30000, 0.7", "500000, 1.3"})
    void from_a_tenth_on_the_end_is_told_within_fifteen_percent(long events, double slower) {
        var growth = events / 100_000.0 * slower;
        var whole = 19_100 * growth;
        var elapsed = 0.0;
        var percent = -1.0;
        var phases = new EnumMap<Phase, Spent>(Phase.class);
        var told = new ArrayList<Double>();
        for (var phase : List.of(Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VERIFYING)) {
            var its = LAST.phase(phase).orElseThrow().millis() * growth;
            var parts = phase == Phase.COPYING ? 50 : phase == Phase.INDEXING ? 3 : 1;
            for (var part = 0; part < parts; part++) {
                var millis = phase == Phase.COPYING
                        ? part == 0 ? 0 : LAST.lead() * growth + (its - LAST.lead() * growth) * part / parts
                        : phase == Phase.INDEXING && part > 0 ? LAST.steps().get(part - 1) * growth : 0;
                var steps = LAST.steps().stream()
                        .limit(phase == Phase.INDEXING ? part : 0)
                        .map(step -> step * growth)
                        .toList();
                var forecast = new Forecast(
                        Kind.REBUILD,
                        phase,
                        phase == Phase.COPYING ? events * part / parts : part,
                        phase == Phase.COPYING ? events : phase == Phase.INDEXING ? 3 : 0,
                        Math.round(millis),
                        false,
                        null,
                        new Took(phases, LAST.lead() * growth, 0, steps),
                        LAST);
                assertThat(forecast.percent()).isGreaterThanOrEqualTo(percent);
                percent = forecast.percent();
                if (percent >= 10) {
                    var left = whole - elapsed - millis;
                    assertThat(left(forecast)).as("%s %d", phase, part).isCloseTo(left, Percentage.withPercentage(15));
                    told.add(left);
                }
            }
            elapsed += its;
            phases.put(phase, new Spent(its, phase == Phase.COPYING ? events : 3));
        }
        assertThat(told).hasSizeGreaterThan(40);
    }

    @Test
    void what_is_stored_is_read_again() {
        var took = Took.of("{\"lead\": 12, \"leadEvents\": 3, \"steps\": [1, 2.5],"
                + " \"COPYING\": {\"ms\": 40, \"total\": 10}, \"PREPARING\": {\"ms\": 1, \"total\": 0}}");
        assertThat(took.lead()).isEqualTo(12);
        assertThat(took.steps()).containsExactly(1.0, 2.5);
        assertThat(took.events()).contains(10L);
        assertThat(took.perEvent()).contains(4.0);
        assertThat(Took.of("{}").perEvent()).isEmpty();
    }
}
