package dev.hindsight.command.attachments;

import dev.hindsight.command.attachments.ContentLedger.Line;
import dev.hindsight.domain.ticket.Attachments;
import dev.hindsight.domain.ticket.TicketEvent;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Deletes contents that no ticket refers to when their grace has passed: what was stored for a command that then failed,
 * and what was taken away. The log alone decides. Several nodes may do it at once.
 */
public final class ContentCleaner {

    private static final Logger LOG = LoggerFactory.getLogger(ContentCleaner.class);
    private static final int BATCH = 200;

    private final ContentLedger ledger;
    private final EventStore events;
    private final Consumer<String> delete;

    /** @param delete takes content out of the store; content that is not there is no error */
    public ContentCleaner(ContentLedger ledger, EventStore events, Consumer<String> delete) {
        this.ledger = ledger;
        this.events = events;
        this.delete = delete;
    }

    /** Looks at everything that is due; what can not be told now is looked at again next time. */
    @Scheduled(initialDelayString = "PT2M", fixedDelayString = "${hindsight.attachments.clean-every:PT10M}")
    public void clean() {
        List<Line> due;
        int failed = 0;
        do {
            due = ledger.due(BATCH);
            for (Line line : due) {
                try {
                    look(line);
                } catch (RuntimeException fault) {
                    LOG.error("Whether {} is still needed can not be told now", line.content(), fault);
                    failed++;
                }
            }
        } while (due.size() == BATCH && failed == 0);
    }

    /** The content goes before its line: a crash in between is cleaned again. */
    private void look(Line line) {
        if (attachments(line).referTo(line.content())) {
            ledger.settle(line);
            return;
        }
        if (!ledger.shared(line)) {
            delete.accept(line.content());
            LOG.info("Deleted the attachment content {}, which nothing refers to", line.content());
        }
        ledger.strike(line);
    }

    private Attachments attachments(Line line) {
        var attachments = Attachments.NONE;
        var history = events.readEvents("ticket-" + line.ticket());
        while (history.hasNext()) {
            if (history.next().getPayload() instanceof TicketEvent event) {
                attachments = attachments.evolve(event);
            }
        }
        return attachments;
    }
}
