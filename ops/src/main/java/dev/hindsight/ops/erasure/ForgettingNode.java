package dev.hindsight.ops.erasure;

import dev.hindsight.domain.people.PersonEvent.PersonalDataErased;
import dev.hindsight.domain.ticket.TicketEvent.TicketContentErased;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.LogTail;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the log on every node, whatever its roles, and has everything that this process keeps in memory forget what
 * was erased. It begins at the log's head as it is before anything else of this process begins to work: what was erased
 * before, a process that starts has never known.
 */
final class ForgettingNode implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ForgettingNode.class);
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int PAUSE_MILLIS = 500;

    private final LogTail tail;
    private final EventLog log;
    private final List<Consumer<UUID>> ofPeople;
    private final List<Consumer<UUID>> ofTickets;
    private volatile @Nullable Thread follower;

    /**
     * @param ofPeople forget the person of this id
     * @param ofTickets forget the ticket of this id
     */
    ForgettingNode(LogTail tail, EventLog log, List<Consumer<UUID>> ofPeople, List<Consumer<UUID>> ofTickets) {
        this.tail = tail;
        this.log = log;
        this.ofPeople = List.copyOf(ofPeople);
        this.ofTickets = List.copyOf(ofTickets);
    }

    /** The head is known when this returns. */
    @Override
    public void start() {
        long head = log.head();
        Thread fresh = Thread.ofPlatform().name("forgetting").daemon().unstarted(() -> follow(head));
        follower = fresh;
        fresh.start();
    }

    private void follow(long head) {
        long place = head;
        while (Thread.currentThread().equals(follower)) {
            try {
                place = followFrom(place);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException fault) {
                LOG.warn("What was erased could not be followed; it is tried again", fault);
                pause();
            }
        }
    }

    private long followFrom(long from) throws InterruptedException {
        long place = from;
        try (var events = tail.source().openStream(new GlobalSequenceTrackingToken(from))) {
            while (Thread.currentThread().equals(follower)) {
                if (events.hasNextAvailable(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    var message = events.nextAvailable();
                    // By its type alone: nothing is decoded for this.
                    if (message instanceof DomainEventMessage<?> inStream) {
                        Class<?> type = message.getPayloadType();
                        if (type == PersonalDataErased.class) {
                            forget(ofPeople, inStream.getAggregateIdentifier().substring("person-".length()));
                        } else if (type == TicketContentErased.class) {
                            forget(ofTickets, inStream.getAggregateIdentifier().substring("ticket-".length()));
                        }
                    }
                    place = message.trackingToken().position().orElse(place);
                }
            }
        }
        return place;
    }

    private static void forget(List<Consumer<UUID>> those, String id) {
        UUID erased = UUID.fromString(id);
        those.forEach(each -> each.accept(erased));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        Thread last = follower;
        follower = null;
        if (last != null) {
            last.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return follower != null;
    }

    /** Before whatever reads content: processors, jobs, and the web server, which has others begin after it. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
