package dev.hindsight.ops.eventstore;

import com.github.f4b6a3.uuid.UuidCreator;
import org.axonframework.common.IdentifierFactory;

/**
 * Identifiers of messages, events among them, as UUIDv7: neighbours in time are neighbours in the index of event
 * identifiers, so that an append touches its last page and not any page of a large index. Found by Axon through the
 * service loader.
 */
public final class TimeOrderedIdentifiers extends IdentifierFactory {

    @Override
    public String generateIdentifier() {
        return UuidCreator.getTimeOrderedEpochFast().toString();
    }
}
