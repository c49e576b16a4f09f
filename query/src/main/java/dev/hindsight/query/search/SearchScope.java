package dev.hindsight.query.search;

import dev.hindsight.domain.people.Caller;
import dev.hindsight.projections.readmodel.search.TicketIndex;
import dev.hindsight.query.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.opensearch.client.opensearch._types.FieldValue;
import org.opensearch.client.opensearch._types.query_dsl.Query;

/**
 * What a caller may find, and in which texts.
 *
 * @param caller who {@code me} is
 */
record SearchScope(UUID caller, Visibility visibility) {

    /** @throws dev.hindsight.domain.Forbidden for roles that read no ticket */
    static SearchScope of(Caller caller) {
        return new SearchScope(caller.person(), Visibility.of(caller));
    }

    /** What every hit must fulfil, beside the question. */
    Optional<Query> restriction() {
        Set<UUID> onlyOf = visibility.onlyOf();
        return onlyOf == null
                ? Optional.empty()
                : Optional.of(Query.of(query -> query.terms(terms -> terms.field(TicketIndex.REQUESTER)
                        .terms(any -> any.value(onlyOf.stream()
                                .map(one -> FieldValue.of(one.toString()))
                                .toList())))));
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
