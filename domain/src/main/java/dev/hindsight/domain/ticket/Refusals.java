package dev.hindsight.domain.ticket;

import dev.hindsight.domain.Refusal;

/**
 * What a ticket refuses, by the names that clients rely on. None is ever renamed.
 *
 * <table>
 * <caption>Refusals</caption>
 * <tr><td>{@code ALREADY_CLOSED}, {@code ALREADY_CANCELLED}, {@code ALREADY_MERGED}</td><td>the ticket is final: no
 *     more moves, public replies or changes; notes, tags, links, marks and watchers stay possible</td></tr>
 * <tr><td>{@code ALREADY_STARTED}</td><td>no ticket goes back to NEW</td></tr>
 * <tr><td>{@code ALREADY_RESOLVED}</td><td>a resolved ticket cannot wait: reopen it first</td></tr>
 * <tr><td>{@code NOT_RESOLVED}</td><td>only a resolved ticket is closed</td></tr>
 * <tr><td>{@code NEEDS_MERGE}</td><td>MERGED is reached by merging into another ticket only</td></tr>
 * <tr><td>{@code REOPEN_WINDOW_PASSED}</td><td>a requester's comment came too late to reopen: reply instead</td></tr>
 * <tr><td>{@code LINKED_TO_ITSELF}</td><td>a ticket cannot be linked to itself</td></tr>
 * <tr><td>{@code TOO_MANY_TAGS}</td><td>a ticket carries at most 50 tags</td></tr>
 * <tr><td>{@code TOO_MANY_WATCHERS}</td><td>at most 100 people watch a ticket</td></tr>
 * <tr><td>{@code TOO_MANY_ATTACHMENTS}</td><td>a ticket has at most 200 attachments at a time</td></tr>
 * <tr><td>{@code TOUCHED_SINCE_IMPORT}</td><td>people worked the imported ticket since: no more rows go in</td></tr>
 * <tr><td>{@code CONTENT_ERASED}</td><td>what people wrote on the ticket was erased: nothing is written there any
 *     more</td></tr>
 * <tr><td>{@code NOT_FINAL}</td><td>retention erases only tickets that have ended</td></tr>
 * </table>
 */
final class Refusals {

    private Refusals() {}

    static Refusal isFinal(Status status) {
        return new Refusal(
                "ALREADY_" + status.name(),
                "The ticket is " + status.name() + ": open a new one, linked to it, for more work.");
    }

    /** Why a move outside the table is refused; asks for a status other than the ticket's own. */
    static Refusal illegalMove(Status from, Status to) {
        if (from.isFinal()) {
            return isFinal(from);
        } else if (to == Status.MERGED) {
            return new Refusal("NEEDS_MERGE", "A ticket becomes MERGED only by merging it into another.");
        } else if (to == Status.NEW) {
            return new Refusal("ALREADY_STARTED", "Work on this ticket has started: it does not become NEW again.");
        } else if (to == Status.CLOSED) {
            return new Refusal("NOT_RESOLVED", "Resolve the ticket before closing it.");
        }
        return new Refusal("ALREADY_RESOLVED", "The ticket is RESOLVED: reopen it before it waits for anybody.");
    }

    static Refusal reopenWindowPassed() {
        return new Refusal(
                "REOPEN_WINDOW_PASSED", "The ticket was resolved too long ago: a reply opens a follow-up instead.");
    }

    static Refusal linkedToItself() {
        return new Refusal("LINKED_TO_ITSELF", "Name another ticket to link to.");
    }

    static Refusal tooManyTags() {
        return new Refusal("TOO_MANY_TAGS", "A ticket carries at most " + Tags.MOST + " tags: remove one first.");
    }

    static Refusal tooManyWatchers() {
        return new Refusal(
                "TOO_MANY_WATCHERS", "At most " + Watching.MOST + " people watch a ticket: take somebody off first.");
    }

    static Refusal tooManyAttachments() {
        return new Refusal(
                "TOO_MANY_ATTACHMENTS",
                "A ticket has at most " + Attachments.MOST + " attachments: take some away first.");
    }

    static Refusal touchedSinceImport() {
        return new Refusal(
                "TOUCHED_SINCE_IMPORT", "People worked this ticket since it was imported: its other rows stay out.");
    }

    static Refusal contentErased() {
        return new Refusal(
                "CONTENT_ERASED", "What was written on this ticket was erased; open another one to write about it.");
    }

    static Refusal notFinal() {
        return new Refusal("NOT_FINAL", "The ticket has not ended: its content stays.");
    }
}
