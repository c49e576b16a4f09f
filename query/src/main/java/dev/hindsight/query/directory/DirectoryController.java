package dev.hindsight.query.directory;

import static dev.hindsight.projections.readmodel.jooq.Tables.CATEGORY;
import static dev.hindsight.projections.readmodel.jooq.Tables.CUSTOM_FIELD;
import static dev.hindsight.projections.readmodel.jooq.Tables.ORGANIZATION;
import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;
import static dev.hindsight.projections.readmodel.jooq.Tables.TEAM;
import static org.jooq.impl.DSL.any;

import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.projections.readmodel.jooq.tables.records.QueueRecord;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Moment;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.PersonRef;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lists of what tickets refer to, each whole. */
@RestController
public final class DirectoryController {

    private final Freshness freshness;

    public DirectoryController(Freshness freshness) {
        this.freshness = freshness;
    }

    @GetMapping("/api/v1/queues")
    public ResponseEntity<QueueList> queues(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needAll(caller);
        return answer(
                caller,
                minPosition,
                generation,
                jooq -> jooq.selectFrom(QUEUE).orderBy(QUEUE.NAME, QUEUE.KEY).fetch(DirectoryController::queue),
                QueueList::new);
    }

    @GetMapping("/api/v1/categories")
    public ResponseEntity<CategoryList> categories(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needForms(caller);
        return answer(
                caller,
                minPosition,
                generation,
                jooq -> jooq.selectFrom(CATEGORY)
                        .orderBy(CATEGORY.NAME, CATEGORY.KEY)
                        .fetch(row -> new Category(row.getKey(), row.getName(), row.getParent())),
                CategoryList::new);
    }

    @GetMapping("/api/v1/fields")
    public ResponseEntity<FieldList> fields(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needForms(caller);
        return answer(
                caller,
                minPosition,
                generation,
                jooq -> jooq.selectFrom(CUSTOM_FIELD)
                        .orderBy(CUSTOM_FIELD.NAME, CUSTOM_FIELD.KEY)
                        .fetch(row -> new Field(
                                row.getKey(),
                                row.getName(),
                                FieldType.valueOf(row.getType()),
                                List.of(row.getOptions()))),
                FieldList::new);
    }

    @GetMapping("/api/v1/agents")
    public ResponseEntity<PersonList> agents(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needAll(caller);
        return answer(
                caller,
                minPosition,
                generation,
                jooq -> jooq.selectFrom(PERSON)
                        .where(PERSON.IS_AGENT)
                        .orderBy(PERSON.NAME, PERSON.ID)
                        .fetch(People::person),
                PersonList::new);
    }

    @GetMapping("/api/v1/organizations")
    public ResponseEntity<OrganizationList> organizations(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needAll(caller);
        return answer(
                caller,
                minPosition,
                generation,
                jooq -> jooq.selectFrom(ORGANIZATION)
                        .orderBy(ORGANIZATION.NAME, ORGANIZATION.ID)
                        .fetch(row -> new Organization(row.getId(), row.getName(), row.getSharedTickets())),
                OrganizationList::new);
    }

    private static Queue queue(QueueRecord row) {
        return new Queue(row.getKey(), row.getName(), row.getRestricted() ? "RESTRICTED" : "OPEN");
    }

    @GetMapping("/api/v1/queues/{queue}/grants")
    public ResponseEntity<GrantList> grants(
            Caller caller, @PathVariable String queue, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needAdmin(caller);
        return answer(caller, minPosition, null, jooq -> grants(jooq, queue), GrantList::new);
    }

    private static List<Grant> grants(DSLContext jooq, String key) {
        QueueRecord queue = jooq.selectFrom(QUEUE)
                .where(QUEUE.KEY.eq(key))
                .fetchOptional()
                .orElseThrow(() -> new NotFound("There is no such queue."));
        List<String> readers = List.of(queue.getReaders());
        Set<String> workers = Set.of(queue.getWorkers());
        Map<UUID, String> people = names(jooq, readers);
        Map<String, String> teams =
                jooq.selectFrom(TEAM).where(TEAM.KEY.in(readers)).fetchMap(TEAM.KEY, TEAM.NAME);
        return readers.stream()
                .map(holder -> new Grant(
                        holder,
                        Parameters.maybeId(holder).map(people::get).orElseGet(() -> teams.get(holder)),
                        true,
                        workers.contains(holder)))
                .toList();
    }

    @GetMapping("/api/v1/teams")
    public ResponseEntity<TeamList> teams(
            Caller caller,
            @RequestParam(required = false) @Nullable String minPosition,
            @RequestParam(required = false) @Nullable String generation) {
        DirectoryRights.needAll(caller);
        return answer(caller, minPosition, generation, DirectoryController::teams, TeamList::new);
    }

    private static List<Team> teams(DSLContext jooq) {
        var rows = jooq.selectFrom(TEAM).orderBy(TEAM.NAME, TEAM.KEY).fetch();
        var names = names(
                jooq,
                rows.stream()
                        .flatMap(row -> Stream.of(row.getMembers()))
                        .distinct()
                        .toList());
        return rows.stream()
                .map(row -> new Team(row.getKey(), row.getName(), members(row.getMembers(), names)))
                .toList();
    }

    private static List<PersonRef> members(String[] ids, Map<UUID, String> names) {
        return Stream.of(ids)
                .map(UUID::fromString)
                .map(id -> new PersonRef(id, names.get(id)))
                .sorted(Comparator.comparing(PersonRef::name, Comparator.nullsLast(Comparator.<String>naturalOrder()))
                        .thenComparing(PersonRef::id))
                .toList();
    }

    /** The names of those holders who are people and have one. */
    private static Map<UUID, String> names(DSLContext jooq, List<String> holders) {
        List<UUID> ids = holders.stream()
                .flatMap(holder -> Parameters.maybeId(holder).stream())
                .toList();
        return ids.isEmpty()
                ? Map.of()
                : jooq.select(PERSON.ID, PERSON.NAME)
                        .from(PERSON)
                        .where(PERSON.ID.eq(any(ids.toArray(UUID[]::new))))
                        .and(PERSON.NAME.isNotNull())
                        .fetchMap(PERSON.ID, PERSON.NAME);
    }

    private <T, L> ResponseEntity<L> answer(
            Caller caller,
            @Nullable String minPosition,
            @Nullable String generation,
            Function<DSLContext, List<T>> items,
            Function<List<T>, L> list) {
        String recovered = Moment.ofGeneration(generation).generation();
        return freshness.readFor(
                caller,
                Parameters.minPosition(minPosition),
                recovered,
                snapshot -> Freshness.answer(snapshot.position(ReadModel.DIRECTORY), recovered)
                        .body(list.apply(items.apply(snapshot.jooq()))),
                ReadModel.DIRECTORY);
    }
}
