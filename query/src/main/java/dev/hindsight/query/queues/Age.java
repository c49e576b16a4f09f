package dev.hindsight.query.queues;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long ago a ticket was opened: each bucket begins where the one before ends. */
enum Age {
    UNDER_1_DAY("under1Day", Duration.ofDays(1)),
    UNDER_3_DAYS("under3Days", Duration.ofDays(3)),
    UNDER_7_DAYS("under7Days", Duration.ofDays(7)),
    UNDER_30_DAYS("under30Days", Duration.ofDays(30)),
    FROM_30_DAYS("from30Days", null);

    private final String member;

    private final @Nullable Duration below;

    Age(String member, @Nullable Duration below) {
        this.member = member;
        this.below = below;
    }

    /** Its name in answers. */
    String member() {
        return member;
    }

    /** Where it ends, excluded; null for the last, which does not end. */
    @Nullable
    Duration below() {
        return below;
    }
}
