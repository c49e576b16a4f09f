package dev.hindsight.query.ticket;

import dev.hindsight.domain.ticket.LinkType;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A link to another ticket.
 *
 * @param id the other ticket
 * @param number the other ticket's, null while it is not visible yet
 * @param relation what this ticket is to the other: the type, read from its other end where it is inverse
 * @param inverse true where the other ticket holds the link: then it is {@code type} of this one
 */
public record Link(LinkType type, UUID id, @Nullable String number, boolean inverse, String relation) {}
