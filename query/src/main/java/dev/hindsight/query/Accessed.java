package dev.hindsight.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * What the request of this thread was shown, noted for the access records by whoever let it see it. Outside of a request
 * nothing is noted.
 *
 * @param ticket null where it is not one ticket
 * @param version of the ticket that was shown; null where none was
 * @param subject the export or the person whose data was taken along; null where neither was
 */
public record Accessed(
        @Nullable UUID ticket,
        @Nullable Long version,
        @Nullable UUID subject) {

    /** The request's attribute that holds what was noted last, a list of these. */
    public static final String ATTRIBUTE = Accessed.class.getName();

    /** What was noted under {@link #ATTRIBUTE}; empty for nothing. */
    public static List<Accessed> of(@Nullable Object attribute) {
        return attribute instanceof List<?> noted
                ? noted.stream().map(Accessed.class::cast).toList()
                : List.of();
    }

    /** The request is shown this version of a ticket, or what belongs to it. */
    public static void ticket(UUID ticket, long version) {
        note(List.of(new Accessed(ticket, version, null)));
    }

    /**
     * The request is shown something of each of several tickets.
     *
     * @param versions of the tickets that were shown, by ticket; null where none was
     */
    public static void tickets(Map<UUID, @Nullable Long> versions) {
        List<Accessed> all = new ArrayList<>();
        versions.forEach((ticket, version) -> all.add(new Accessed(ticket, version, null)));
        note(all);
    }

    /** The request takes an export along, or all that is kept of a person. */
    public static void export(UUID subject) {
        note(List.of(new Accessed(null, null, subject)));
    }

    /** The request is shown events of whatever streams. */
    public static void events() {
        note(List.of(new Accessed(null, null, null)));
    }

    private static void note(List<Accessed> accessed) {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        if (request != null) {
            request.setAttribute(ATTRIBUTE, accessed, RequestAttributes.SCOPE_REQUEST);
        }
    }
}
