package dev.hindsight.ops.backup;

import dev.hindsight.domain.ticket.TellsRequester;
import dev.hindsight.ops.backup.Segment.Damaged;
import dev.hindsight.ops.backup.Segment.Range;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.keys.KeyOwner;
import dev.hindsight.ops.codec.keys.RequesterKeys;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who the requesters of tickets are by the part of a log that is restored. Nothing sealed is opened for it: ids are plain.
 * The log is read once more for it, because keys are committed before the log is.
 */
final class ToldRequesters {

    private final LogChain chain;
    private final long last;
    private final EventCodec codec = EventCodec.withoutKeys(EventNames.current());

    /** Of a newer version there may be others: a node of that version is to be started on what was restored. */
    private final Set<String> telling = codec.namesOf(TellsRequester.class);

    /** @param last the last position that is restored */
    ToldRequesters(LogChain chain, long last) {
        this.chain = chain;
        this.last = last;
    }

    /** Fills {@link RequesterKeys#TOLD}. */
    void write(Connection connection) throws SQLException, IOException, Damaged {
        CopyInto told = new CopyInto(connection, RequesterKeys.TOLD + " (position, ticket, wrapper)", 3);
        for (Range range : chain.ranges()) {
            if (range.first() > last) {
                break;
            }
            chain.read(chain.manifest(range), event -> {
                if (event.header().position() <= last
                        && telling.contains(event.header().name())) {
                    write(told, event);
                }
            });
        }
        told.finish();
    }

    private void write(CopyInto told, SegmentFile.Entry stored) throws SQLException {
        var header = stored.header();
        String revision = header.revision() == null ? "1" : header.revision();
        var event = codec.decodeWithoutPersonal(header.name(), revision, stored.payload());
        if (event instanceof TellsRequester its && its.tellsRequester()) {
            write(told, header.position(), header.stream(), its.requesterId());
        }
    }

    private static void write(CopyInto told, long position, String stream, @Nullable UUID requester)
            throws SQLException {
        told.row();
        told.add(position);
        told.add(Objects.requireNonNull(KeyOwner.ofStream(stream), "tickets have keys"));
        told.add(requester == null ? KeyOwner.SYSTEM : KeyOwner.person(requester));
    }
}
