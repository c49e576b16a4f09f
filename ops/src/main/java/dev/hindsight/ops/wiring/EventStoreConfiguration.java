package dev.hindsight.ops.wiring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hindsight.command.people.Fingerprints;
import dev.hindsight.ops.cli.BuildVersion;
import dev.hindsight.ops.codec.EventCodec;
import dev.hindsight.ops.codec.EventNames;
import dev.hindsight.ops.codec.EventSerializer;
import dev.hindsight.ops.codec.keys.KeyRing;
import dev.hindsight.ops.codec.keys.MasterKey;
import dev.hindsight.ops.wiring.DatabaseConfiguration.DirectConnections;
import dev.hindsight.projections.readmodel.EventForms;
import dev.hindsight.projections.readmodel.LogFollower;
import dev.hindsight.projections.readmodel.LogTail;
import dev.hindsight.query.Cursors;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Keys and the codec of stored events: the same for every event store. */
@Configuration(proxyBeanMethods = false)
public class EventStoreConfiguration {

    private static final int KEYS_IN_MEMORY = 100_000;

    @Bean
    MasterKey masterKey(
            @Value("${hindsight.keys.master-key:}") String text,
            @Value("${hindsight.keys.master-key-file:}") String file,
            @Value("${hindsight.keys.create-master-key:false}") boolean create) {
        if (!text.isBlank()) {
            return MasterKey.ofBase64(text);
        }
        if (file.isEmpty()) {
            throw new IllegalStateException("No master key: set " + MasterKey.ENVIRONMENT
                    + " to 32 bytes in base64, or HINDSIGHT_MASTER_KEY_FILE to a file that holds them.");
        }
        try {
            return create ? MasterKey.readOrCreate(Path.of(file)) : MasterKey.read(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("The master key in " + file + " could not be read", e);
        }
    }

    /** Not a data source among the application's: only keys are read over them. */
    record KeyConnections(HikariDataSource pool) implements AutoCloseable {
        @Override
        public void close() {
            pool.close();
        }
    }

    /** Keys have connections of their own: a command needs a key while it holds one of the pool's. */
    @Bean
    KeyConnections keyConnections(DirectConnections direct, MeterRegistry meters) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(direct.dataSource());
        config.setMaximumPoolSize(3);
        config.setPoolName("keys");
        config.setMetricRegistry(meters);
        config.setConnectionTimeout(5_000);
        return new KeyConnections(new HikariDataSource(config));
    }

    @Bean
    KeyRing keyRing(DataSource migrated, KeyConnections connections, MasterKey master) {
        return KeyRing.open(connections.pool(), migrated, master, KEYS_IN_MEMORY);
    }

    @Bean
    EventCodec eventCodec(KeyRing keys) {
        return new EventCodec(EventNames.current(), keys);
    }

    @Bean
    EventSerializer eventSerializer(EventCodec codec) {
        return new EventSerializer(codec);
    }

    @Bean
    EventForms eventForms(EventCodec codec) {
        return codec::openForm;
    }

    @Bean
    LogFollower logFollower(LogTail tail) {
        return new TailFollower(tail);
    }

    @Bean
    Fingerprints fingerprints(KeyRing keys) {
        return keys::fingerprint;
    }

    /** Signed with a secret of the database, so that every node accepts every node's cursors. */
    @Bean
    Cursors cursors(KeyRing keys) {
        return new Cursors(keys.fingerprint("cursor", "signing key"));
    }

    @Bean
    String writer() {
        return BuildVersion.writer();
    }
}
