package dev.hindsight.query.access;

import dev.hindsight.query.PersonRef;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A read, an export or a refusal.
 *
 * @param at the first of equal ones
 * @param position of the event that recorded it
 * @param person null for whoever came without a token that is accepted
 * @param client the integration through which; null for none
 * @param call method and route
 * @param status HTTP status of the answer
 * @param version of the ticket that was shown; null where none was
 * @param subject the export, or the person whose data was taken along; null where neither was
 * @param requestId of the first of equal ones; null where it had none
 * @param times how many equal ones
 */
public record AccessEntry(
        Instant at,
        long position,
        @Nullable PersonRef person,
        @Nullable String client,
        String call,
        int status,
        @Nullable UUID ticket,
        @Nullable Long version,
        @Nullable UUID subject,
        @Nullable String requestId,
        long times) {}
