package dev.hindsight.ops.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import javax.sql.DataSource;
import org.axonframework.common.DateTimeUtils;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.deadletter.jdbc.GenericDeadLetterTableFactory;
import org.axonframework.eventhandling.deadletter.jdbc.JdbcDeadLetter;
import org.axonframework.eventhandling.deadletter.jdbc.JdbcSequencedDeadLetterQueue;
import org.axonframework.messaging.deadletter.DeadLetter;
import org.axonframework.messaging.deadletter.GenericDeadLetter;
import org.axonframework.messaging.deadletter.SequencedDeadLetterQueue;
import org.axonframework.messaging.deadletter.SequencedDeadLetterQueueTest;
import org.axonframework.serialization.json.JacksonSerializer;
import org.axonframework.spring.jdbc.SpringDataSourceConnectionProvider;
import org.axonframework.spring.messaging.unitofwork.SpringTransactionManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** Axon's published suite for dead-letter queues, with its JDBC queue on PostgreSQL and Spring's transactions. */
class PublishedDeadLetterSuiteTest extends SequencedDeadLetterQueueTest<EventMessage<?>> {

    private static final int MOST = 64;

    private static HikariDataSource pool;
    private static DataSource dataSource;

    @BeforeAll
    static void database() throws SQLException {
        pool = TestDatabase.pool(TestDatabase.fresh(), 10);
        dataSource = pool;
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @Override
    protected SequencedDeadLetterQueue<EventMessage<?>> buildTestSubject() {
        try {
            TestDatabase.execute(dataSource, "DROP TABLE IF EXISTS DeadLetterEntry");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        TransactionManager transactions = new SpringTransactionManager(new DataSourceTransactionManager(dataSource));
        JdbcSequencedDeadLetterQueue<EventMessage<?>> queue = JdbcSequencedDeadLetterQueue.<EventMessage<?>>builder()
                .processingGroup("automations")
                .maxSequences(MOST)
                .maxSequenceSize(MOST)
                .connectionProvider(new SpringDataSourceConnectionProvider(dataSource))
                .transactionManager(transactions)
                .genericSerializer(JacksonSerializer.defaultSerializer())
                .eventSerializer(JacksonSerializer.defaultSerializer())
                .build();
        queue.createSchema(new GenericDeadLetterTableFactory() {
            @Override
            protected String serializedDataType() {
                return "BYTEA";
            }
        });
        return queue;
    }

    @Override
    protected long maxSequences() {
        return MOST;
    }

    @Override
    protected long maxSequenceSize() {
        return MOST;
    }

    @Override
    protected DeadLetter<EventMessage<?>> generateInitialLetter() {
        return new GenericDeadLetter<>("sequence", generateEvent(), generateThrowable());
    }

    @Override
    protected DeadLetter<EventMessage<?>> generateFollowUpLetter() {
        return new GenericDeadLetter<>("sequence", generateEvent());
    }

    @Override
    protected DeadLetter<EventMessage<?>> mapToQueueImplementation(DeadLetter<EventMessage<?>> letter) {
        if (letter instanceof JdbcDeadLetter) {
            return letter;
        }
        Object sequence = ((GenericDeadLetter<EventMessage<?>>) letter).getSequenceIdentifier();
        return new JdbcDeadLetter<>(
                IdentifierFactory.getInstance().generateIdentifier(),
                0L,
                sequence.toString(),
                letter.enqueuedAt(),
                letter.lastTouched(),
                letter.cause().orElse(null),
                letter.diagnostics(),
                letter.message());
    }

    @Override
    protected void setClock(Clock clock) {
        GenericDeadLetter.clock = clock;
    }

    @Override
    protected void assertLetter(
            DeadLetter<? extends EventMessage<?>> expected, DeadLetter<? extends EventMessage<?>> actual) {
        assertThat(actual.message().getIdentifier())
                .isEqualTo(expected.message().getIdentifier());
        assertThat(actual.message().getPayload()).isEqualTo(expected.message().getPayload());
        assertThat(actual.message().getMetaData()).isEqualTo(expected.message().getMetaData());
        assertThat(actual.cause()).isEqualTo(expected.cause());
        assertThat(actual.enqueuedAt()).isEqualTo(stored(expected.enqueuedAt()));
        assertThat(actual.lastTouched()).isEqualTo(stored(expected.lastTouched()));
        assertThat(actual.diagnostics()).isEqualTo(expected.diagnostics());
    }

    /** Times are stored with milliseconds. */
    private static @Nullable Instant stored(@Nullable Instant time) {
        return time == null ? null : DateTimeUtils.parseInstant(DateTimeUtils.formatInstant(time));
    }
}
