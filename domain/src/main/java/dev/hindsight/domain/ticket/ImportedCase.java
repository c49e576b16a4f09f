package dev.hindsight.domain.ticket;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a whole imported case.
 *
 * @param source the system it comes from
 * @param sourceCase its id there
 * @param type the type where no row says one
 * @param channel how the case reached the source
 * @param subjectDerived whether subjects were composed by the mapping's template
 * @param matrix the source's own priority matrix, null where it has none
 * @param reopenWindow how long after RESOLVED a reply reopens; null where the source knows none
 */
public record ImportedCase(
        String source,
        String sourceCase,
        TicketType type,
        Channel channel,
        boolean subjectDerived,
        @Nullable PriorityMatrix matrix,
        @Nullable Duration reopenWindow) {}
