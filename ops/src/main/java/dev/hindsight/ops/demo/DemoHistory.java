package dev.hindsight.ops.demo;

import dev.hindsight.command.ticket.TicketCommand.ImportCase;
import dev.hindsight.domain.ActorKind;
import dev.hindsight.domain.Envelope.Actor;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.Channel;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.ImportRow.Message;
import dev.hindsight.domain.ticket.ImportRow.MessageKind;
import dev.hindsight.domain.ticket.ImportRow.StatedStatus;
import dev.hindsight.domain.ticket.ImportedCase;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.PriorityMatrix;
import dev.hindsight.domain.ticket.ResolutionCode;
import dev.hindsight.domain.ticket.Status;
import dev.hindsight.domain.ticket.TicketType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes up the cases of a helpdesk's last months, as an import would bring them. The same seed and end give the same
 * history.
 */
public final class DemoHistory {

    public static final String SOURCE = "demo";
    private static final Duration REOPEN_WINDOW = Duration.ofDays(14);
    private static final int REQUESTERS = 400;

    /** Finds or registers the people of the history. */
    public interface People {
        UUID agent(String name);

        UUID requester(String name);
    }

    private final long seed;
    private final Instant end;
    private final Duration span;
    private final DemoTexts texts = DemoTexts.load();
    private final List<UUID> agents;
    private final List<UUID> requesters = new ArrayList<>();

    /**
     * @param end the last moment of the history
     * @param span how far it reaches back
     */
    public DemoHistory(long seed, Instant end, Duration span, People people) {
        this.seed = seed;
        this.end = end.truncatedTo(ChronoUnit.MICROS);
        this.span = span;
        this.agents = texts.agents().stream().map(people::agent).toList();
        RandomGenerator random = new SplittableRandom(seed);
        for (int i = 0; i < REQUESTERS; i++) {
            requesters.add(people.requester(DemoTexts.pick(texts.firstNames(), random) + " "
                    + DemoTexts.pick(texts.lastNames(), random) + " " + (i + 1)));
        }
    }

    /** Queue keys and their names, which the history uses. */
    public static Map<String, String> queues() {
        return DemoTexts.load().queues();
    }

    /** Category keys that the history uses. */
    public static List<String> categories() {
        return DemoTexts.load().cases().stream()
                .map(DemoTexts.Case::category)
                .distinct()
                .toList();
    }

    /**
     * The case of a number, opened at its share of the span.
     *
     * @param index from 0
     * @param count of how many cases in all
     * @param number the number of a ticket that begins, asked within the command
     */
    public ImportCase make(int index, int count, UUID importId, ToLongFunction<UUID> number) {
        RandomGenerator random = new SplittableRandom(seed ^ (index * 0x9E3779B97F4A7C15L));
        Instant opened = end.minus(span).plus(span.multipliedBy(index).dividedBy(count));
        String name = SOURCE + "-" + index;
        UUID ticketId = UUID.nameUUIDFromBytes((SOURCE + "/" + seed + "/" + index).getBytes(StandardCharsets.UTF_8));
        return new ImportCase(
                ticketId,
                new Actor(ActorKind.IMPORT, null, List.of()),
                end,
                importId,
                () -> number.applyAsLong(ticketId),
                new ImportedCase(
                        SOURCE,
                        name,
                        TicketType.INCIDENT,
                        DemoTexts.pick(List.of(Channel.EMAIL, Channel.WEB, Channel.PHONE, Channel.CHAT), random),
                        false,
                        PriorityMatrix.HINDSIGHT,
                        REOPEN_WINDOW),
                new Story(index, random, opened).tell());
    }

    /** One case, told row by row; rows after the end of the history have not happened yet. */
    private final class Story {
        private final int index;
        private final RandomGenerator random;
        private final DemoTexts.Case kind;
        private final Map<String, String> words;
        private final UUID requester;
        private final List<ImportRow> rows = new ArrayList<>();
        private UUID agent;
        private Instant now;

        Story(int index, RandomGenerator random, Instant opened) {
            this.index = index;
            this.random = random;
            this.kind = DemoTexts.pick(texts.cases(), random);
            this.words = texts.choose(random);
            this.requester = DemoTexts.pick(requesters, random);
            this.agent = DemoTexts.pick(agents, random);
            this.now = opened;
        }

        List<ImportRow> tell() {
            row("opened", requester, null, DemoTexts.fill(kind.description(), words), MessageKind.REQUESTER_REPLY);
            later(5, 240);
            row("taken", agent, StatedStatus.of(Status.OPEN), null, null);
            if (chance(0.25)) {
                later(3, 60);
                note();
            }
            if (chance(0.4)) {
                askAndWait();
            }
            if (chance(0.15)) {
                hold();
            }
            if (chance(0.2)) {
                later(10, 600);
                agent = DemoTexts.pick(agents, random);
                row("handed over", agent, null, null, null);
            }
            if (chance(0.05)) {
                later(10, 1000);
                row("withdrawn", requester, StatedStatus.of(Status.CANCELLED), null, null);
                return happened();
            }
            solve();
            if (chance(0.12)) {
                later(120, 4000);
                row(
                        "came back",
                        requester,
                        StatedStatus.of(Status.OPEN),
                        texts.message("back", random),
                        MessageKind.REQUESTER_REPLY);
                later(60, 1500);
                solve();
            }
            later(3 * 1440, 10 * 1440);
            row("closed", null, StatedStatus.of(Status.CLOSED), null, null);
            return happened();
        }

        private void askAndWait() {
            later(5, 120);
            row(
                    "asked",
                    agent,
                    StatedStatus.of(Status.PENDING),
                    texts.message("ask", random),
                    MessageKind.PUBLIC_REPLY);
            later(60, 2000);
            row(
                    "answered",
                    requester,
                    StatedStatus.of(Status.OPEN),
                    texts.message("answer", random),
                    MessageKind.REQUESTER_REPLY);
            if (chance(0.5)) {
                later(5, 100);
                note();
            }
        }

        private void hold() {
            later(10, 300);
            HoldReason reason =
                    DemoTexts.pick(List.of(HoldReason.VENDOR, HoldReason.CHANGE, HoldReason.SCHEDULED), random);
            row("on hold", agent, new StatedStatus(Status.ON_HOLD, reason, null, null), null, null);
            later(600, 5000);
            row("resumed", agent, StatedStatus.of(Status.OPEN), null, null);
        }

        private void solve() {
            later(10, 1500);
            ResolutionCode code = DemoTexts.pick(
                    List.of(
                            ResolutionCode.FIXED,
                            ResolutionCode.FIXED,
                            ResolutionCode.WORKAROUND,
                            ResolutionCode.NO_FAULT_FOUND),
                    random);
            row(
                    "resolved",
                    agent,
                    new StatedStatus(Status.RESOLVED, null, code, null),
                    texts.message("solve", random),
                    MessageKind.PUBLIC_REPLY);
        }

        private void note() {
            row("note", agent, null, texts.message("note", random), MessageKind.INTERNAL_NOTE);
        }

        private List<ImportRow> happened() {
            return rows.stream().filter(row -> !row.at().isAfter(end)).toList();
        }

        private boolean chance(double share) {
            return random.nextDouble() < share;
        }

        private void later(int fromMinutes, int toMinutes) {
            now = now.plus(Duration.ofSeconds(random.nextLong(fromMinutes * 60L, toMinutes * 60L)));
        }

        private void row(
                String activity,
                @Nullable UUID by,
                @Nullable StatedStatus status,
                @Nullable String body,
                @Nullable MessageKind message) {
            boolean first = rows.isEmpty();
            boolean byRequester = requester.equals(by);
            Actor actor = by == null
                    ? new Actor(ActorKind.IMPORT, null, List.of())
                    : new Actor(byRequester ? ActorKind.REQUESTER : ActorKind.AGENT, by, List.of());
            int ordinal = rows.size() + 1;
            rows.add(new ImportRow(
                    ordinal,
                    ordinal,
                    now,
                    activity,
                    actor,
                    status,
                    first ? null : new Change<>(agent),
                    new Change<>(kind.queue()),
                    new Change<>(kind.category()),
                    TicketType.valueOf(kind.type()),
                    Level.of(kind.impact()),
                    Level.of(kind.urgency()),
                    null,
                    Map.of(),
                    first && chance(0.2)
                            ? List.of(words.getOrDefault("office", SOURCE).toLowerCase(Locale.ROOT))
                            : List.of(),
                    first ? DemoTexts.fill(kind.subject(), words) : null,
                    requester,
                    Optional.ofNullable(message)
                            .map(what -> new Message(
                                    what,
                                    UUID.nameUUIDFromBytes((SOURCE + "/" + seed + "/" + index + "/" + ordinal)
                                            .getBytes(StandardCharsets.UTF_8)),
                                    by,
                                    String.valueOf(body)))
                            .orElse(null)));
        }
    }
}
