package dev.hindsight.projections.live;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * Transactions of a processor. While the database can't be reached, the start of a transaction waits instead of failing:
 * the processor's own back-off doubles up to a minute, and models should follow as soon as the database is back.
 */
final class PatientTransactions implements TransactionManager {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final PlatformTransactionManager transactions;
    private final Runnable onWaiting;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param onWaiting told each time when the database did not answer */
    PatientTransactions(PlatformTransactionManager transactions, Runnable onWaiting) {
        this.transactions = transactions;
        this.onWaiting = onWaiting;
    }

    @Override
    public Transaction startTransaction() {
        while (true) {
            try {
                return begin();
            } catch (TransactionException e) {
                onWaiting.run();
                if (isClosedWithin(PAUSE)) {
                    throw e;
                }
            }
        }
    }

    private Transaction begin() {
        var status = transactions.getTransaction(new DefaultTransactionDefinition());
        return new Transaction() {
            @Override
            public void commit() {
                transactions.commit(status);
            }

            @Override
            public void rollback() {
                if (!status.isCompleted()) {
                    transactions.rollback(status);
                }
            }
        };
    }

    /** Nobody waits any longer. */
    void close() {
        closed.countDown();
    }

    private boolean isClosedWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
