package dev.hindsight.query.directory;

import static dev.hindsight.projections.readmodel.jooq.Tables.CATEGORY;
import static dev.hindsight.projections.readmodel.jooq.Tables.CUSTOM_FIELD;
import static dev.hindsight.projections.readmodel.jooq.Tables.ORGANIZATION;
import static dev.hindsight.projections.readmodel.jooq.Tables.PERSON;
import static dev.hindsight.projections.readmodel.jooq.Tables.QUEUE;

import dev.hindsight.domain.configuration.FieldType;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.ReadModel;
import dev.hindsight.query.Freshness;
import dev.hindsight.query.Parameters;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
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
            Caller caller, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needAll(caller);
        return answer(
                minPosition,
                jooq -> jooq.selectFrom(QUEUE)
                        .orderBy(QUEUE.NAME, QUEUE.KEY)
                        .fetch(row -> new Queue(row.getKey(), row.getName())),
                QueueList::new);
    }

    @GetMapping("/api/v1/categories")
    public ResponseEntity<CategoryList> categories(
            Caller caller, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needForms(caller);
        return answer(
                minPosition,
                jooq -> jooq.selectFrom(CATEGORY)
                        .orderBy(CATEGORY.NAME, CATEGORY.KEY)
                        .fetch(row -> new Category(row.getKey(), row.getName(), row.getParent())),
                CategoryList::new);
    }

    @GetMapping("/api/v1/fields")
    public ResponseEntity<FieldList> fields(
            Caller caller, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needForms(caller);
        return answer(
                minPosition,
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
            Caller caller, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needAll(caller);
        return answer(
                minPosition,
                jooq -> jooq.selectFrom(PERSON)
                        .where(PERSON.IS_AGENT)
                        .orderBy(PERSON.NAME, PERSON.ID)
                        .fetch(People::person),
                PersonList::new);
    }

    @GetMapping("/api/v1/organizations")
    public ResponseEntity<OrganizationList> organizations(
            Caller caller, @RequestParam(required = false) @Nullable String minPosition) {
        DirectoryRights.needAll(caller);
        return answer(
                minPosition,
                jooq -> jooq.selectFrom(ORGANIZATION)
                        .orderBy(ORGANIZATION.NAME, ORGANIZATION.ID)
                        .fetch(row -> new Organization(row.getId(), row.getName())),
                OrganizationList::new);
    }

    private <T, L> ResponseEntity<L> answer(
            @Nullable String minPosition, Function<DSLContext, List<T>> items, Function<List<T>, L> list) {
        return freshness.read(
                Parameters.minPosition(minPosition),
                snapshot -> Freshness.answer(snapshot.position(ReadModel.DIRECTORY))
                        .body(list.apply(items.apply(snapshot.jooq()))),
                ReadModel.DIRECTORY);
    }
}
