package dev.hindsight.query.search;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.Grants;
import dev.hindsight.projections.readmodel.Snapshot;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.Visibility;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.query_dsl.Query;

/**
 * What a caller may find, and in which texts.
 *
 * @param me who {@code me} is: one or two
 */
record SearchScope(Set<UUID> me, Visibility visibility) {

    /** @throws dev.hindsight.domain.Forbidden for roles that read no ticket */
    static SearchScope of(Grants grants, Caller caller) {
        return new SearchScope(caller.requesters(), Visibility.of(grants, caller));
    }

    /** @throws dev.hindsight.domain.Forbidden for roles that read no ticket */
    static SearchScope of(Snapshot snapshot, Caller caller) {
        return new SearchScope(caller.requesters(), Visibility.of(snapshot, caller));
    }

    /** Whether some tickets are hidden. */
    boolean restricted() {
        return !visibility.everything();
    }

    /** What every hit must fulfil, beside the question. */
    Optional<Query> restriction() {
        if (visibility.everything()) {
            return Optional.empty();
        } else if (visibility.onlyOf() != null) {
            Query own = anyOf(TicketIndex.REQUESTER, visibility.onlyOf());
            return Optional.of(
                    visibility.organizations().isEmpty()
                            ? own
                            : Query.of(query -> query.bool(either -> either.should(
                                            own, anyOf(TicketIndex.ORGANIZATION, visibility.organizations()))
                                    .minimumShouldMatch("1"))));
        } else if (visibility.onlyIn() != null) {
            return Optional.of(anyOf(TicketIndex.QUEUE, visibility.onlyIn()));
        }
        Query closed = anyOf(TicketIndex.QUEUE, visibility.closed());
        return Optional.of(Query.of(query -> query.bool(others -> others.mustNot(closed))));
    }

    private static Query anyOf(String field, Collection<?> values) {
        return Query.of(query -> query.terms(terms -> terms.field(field)
                .terms(any -> any.value(values.stream()
                        .map(one -> FieldValue.of(one.toString()))
                        .toList()))));
    }

    /** The fields that are searched and highlighted: nothing internal for those who do not see it. */
    List<String> texts() {
        var texts = new ArrayList<>(TicketIndex.PUBLIC_TEXTS);
        if (visibility.internal()) {
            texts.add(TicketIndex.INTERNAL_NOTES);
        }
        return texts;
    }
}
