package dev.hindsight.ops.attachments;

import dev.hindsight.command.attachments.ContentCleaner;
import dev.hindsight.command.attachments.ContentLedger;
import dev.hindsight.command.attachments.FileRules;
import dev.hindsight.command.desk.AttachmentEndpoint;
import dev.hindsight.command.desk.Desk;
import dev.hindsight.ops.codec.keys.KeyRing;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.MimeTypeUtils;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Attachments: limits, the store that is configured, the calls, the cleaner. */
@Configuration(proxyBeanMethods = false)
public class AttachmentConfiguration {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @Bean
    FileRules fileRules(
            @Value("${hindsight.attachments.max-file-size}") DataSize largest,
            @Value("${hindsight.attachments.max-files}") int most,
            @Value("${hindsight.attachments.allowed-types:}") List<String> allowed,
            @Value("${hindsight.attachments.denied-types:}") List<String> denied,
            @Value("${hindsight.attachments.denied-extensions:}") Set<String> extensions) {
        return new FileRules(
                largest.toBytes(),
                most,
                allowed.stream().map(MimeTypeUtils::parseMimeType).toList(),
                denied.stream().map(MimeTypeUtils::parseMimeType).toList(),
                extensions.stream()
                        .map(extension -> extension.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    @Bean
    ContentLedger contentLedger(JdbcTemplate jdbc, @Value("${hindsight.attachments.grace}") Duration grace) {
        return new ContentLedger(jdbc, grace);
    }

    /** What a killed server left half-written goes at the next start. A folder serves one server. */
    @Bean
    Vault vault(
            Environment environment,
            @Value("${hindsight.attachments.folder}") Path where,
            KeyRing keys,
            ContentLedger ledger,
            MeterRegistry meters)
            throws IOException {
        Path folder = where.toAbsolutePath();
        Path incoming = folder.resolve("incoming");
        FileSystemUtils.deleteRecursively(incoming);
        Files.createDirectories(folder.resolveSibling(""));
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, OWNER_ONLY);
        }
        Files.createDirectory(incoming, OWNER_ONLY);
        return new Vault(store(environment, folder), incoming, keys, ledger, meters);
    }

    /**
     * Where contents lie by configuration, for backups and restores.
     *
     * @param folder of the installation's attachments; made where it is missing
     */
    public static StoredContents contents(Environment environment, Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        if (!Files.isDirectory(absolute)) {
            Files.createDirectories(absolute, OWNER_ONLY);
        }
        return new StoredContents(store(environment, absolute));
    }

    private static ContentStore store(Environment environment, Path folder) {
        String kind = environment.getRequiredProperty("hindsight.attachments.store");
        return switch (kind) {
            case "disk" -> new DiskContentStore(folder);
            case "s3" ->
                s3(Binder.get(environment)
                        .bind("hindsight.attachments.s3", S3.class)
                        .orElseThrow(() -> new IllegalStateException("hindsight.attachments.s3 is not set.")));
            default ->
                throw new IllegalStateException("hindsight.attachments.store is " + kind + ": set it to disk or s3.");
        };
    }

    /**
     * An S3-compatible store.
     *
     * @param endpoint its address; empty for the region's own
     * @param accessKey empty for what the environment, a profile or the machine provides
     * @param pathStyle whether the bucket stands in the path, as most stores outside of AWS need it
     */
    record S3(
            String endpoint,
            String region,
            String bucket,
            String prefix,
            boolean pathStyle,
            String accessKey,
            String secretKey) {

        @Override
        public String toString() {
            return "S3[" + endpoint + ", " + bucket + "]"; // no secret
        }
    }

    static S3ContentStore s3(S3 at) {
        if (at.bucket().isBlank()) {
            throw new IllegalStateException("hindsight.attachments.s3.bucket is not set.");
        }
        return new S3ContentStore(client(at), at.bucket(), at.prefix());
    }

    /**
     * A client of the store that properties describe as {@code hindsight.attachments.s3} does, for other uses of S3; the
     * bucket is the user's.
     *
     * @param properties where endpoint, region, path style and secrets stand
     */
    public static S3Client client(Environment environment, String properties) {
        return client(Binder.get(environment)
                .bind(properties, S3.class)
                .orElseThrow(() -> new IllegalStateException(properties + " is not set.")));
    }

    private static S3Client client(S3 at) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(5))
                        .socketTimeout(Duration.ofSeconds(30)))
                .region(Region.of(at.region()))
                .forcePathStyle(at.pathStyle())
                // other stores than AWS do not know the newer checksums; addresses are checksums already
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .credentialsProvider(credentials(at));
        if (!at.endpoint().isBlank()) {
            builder.endpointOverride(URI.create(at.endpoint()));
        }
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(S3 at) {
        return at.accessKey().isBlank()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(at.accessKey(), at.secretKey()));
    }

    @Bean
    AttachmentEndpoint attachmentEndpoint(Desk desk, Vault vault, FileRules rules) {
        return new AttachmentEndpoint(desk, vault, rules);
    }

    @Bean
    ContentCleaner contentCleaner(ContentLedger ledger, EventStore events, Vault vault) {
        return new ContentCleaner(ledger, events, vault::delete);
    }
}
