package dev.hindsight.command.dispatch;

import dev.hindsight.command.AppendedPositions;
import dev.hindsight.domain.Envelope;
import dev.hindsight.domain.PreconditionRequired;
import java.util.Map;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * Runs inside every command's unit of work and transaction: hands the envelope on to the events, answers a repeated
 * call as the first one, and writes the success beside the events.
 */
public final class CommandInterceptor implements MessageHandlerInterceptor<CommandMessage<?>> {

    private final Remembered remembered;

    public CommandInterceptor(Remembered remembered) {
        this.remembered = remembered;
    }

    @Override
    public @Nullable Object handle(UnitOfWork<? extends CommandMessage<?>> work, InterceptorChain chain)
            throws Exception {
        var metadata = work.getMessage().getMetaData();
        Object envelope = metadata.get(Envelope.KEY);
        if (envelope != null) {
            work.registerCorrelationDataProvider(message -> Map.of(Envelope.KEY, envelope));
        }
        if (!(metadata.get(Attempt.KEY) instanceof Attempt attempt)) {
            return chain.proceed();
        }
        work.afterCommit(committed -> {
            attempt.committed = true;
            attempt.appendNumber = committed.root().getResource(AppendedPositions.LAST_APPEND);
        });
        IdempotencyKey key = attempt.call.key();
        if (key != null) {
            var earlier = remembered.lockAndLookUp(key);
            if (earlier.isPresent()) {
                attempt.receipt = earlier.get();
                attempt.replayed = true;
                return null;
            }
        }
        attempt.first.run(); // rights first: whom a ticket is hidden from does not learn by 428 that there is one
        if (attempt.call.expected() instanceof Expected.Missing) {
            throw new PreconditionRequired();
        }
        Object result = chain.proceed();
        Receipt receipt = attempt.receiptOf.apply(result);
        remembered.write(receipt, key);
        attempt.receipt = receipt;
        // Registered last, so that it runs after the events were appended: what fails from here on is the commit.
        work.onPrepareCommit(last -> attempt.prepared = true);
        return result;
    }
}
