package dev.hindsight.query;

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

    /** The request's attribute that holds what was noted last. */
    public static final String ATTRIBUTE = Accessed.class.getName();

    /** The request is shown this version of a ticket, or what belongs to it. */
    public static void ticket(UUID ticket, long version) {
        note(new Accessed(ticket, version, null));
    }

    /** The request takes an export along, or all that is kept of a person. */
    public static void export(UUID subject) {
        note(new Accessed(null, null, subject));
    }

    /** The request is shown events of whatever streams. */
    public static void events() {
        note(new Accessed(null, null, null));
    }

    private static void note(Accessed accessed) {
        RequestAttributes request = RequestContextHolder.getRequestAttributes();
        if (request != null) {
            request.setAttribute(ATTRIBUTE, accessed, RequestAttributes.SCOPE_REQUEST);
        }
    }
}
