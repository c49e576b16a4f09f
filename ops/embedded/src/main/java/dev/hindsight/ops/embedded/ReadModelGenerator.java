package dev.hindsight.ops.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;

/**
 * Build step: runs the real migrations of a schema on a real PostgreSQL and lets jOOQ write the classes for what came
 * out. Does nothing when neither migrations nor generator changed since the last run.
 */
public final class ReadModelGenerator {
    private static final String STAMP = ".generated-from";
    /** Raise it when the settings below change. */
    private static final String SETTINGS_VERSION = "3";

    private ReadModelGenerator() {}

    /**
     * Arguments: target folder, target package, then one folder of migrations per schema; the folder's name is the
     * schema's.
     */
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            throw new IllegalArgumentException("usage: ReadModelGenerator TARGET_FOLDER PACKAGE MIGRATIONS...");
        }
        Path target = Path.of(args[0]).toAbsolutePath();
        List<Path> migrations = Stream.of(args)
                .skip(2)
                .map(folder -> Path.of(folder).toAbsolutePath().normalize())
                .toList();
        String inputs = digest(args[1], migrations);
        Path stamp = target.resolve(STAMP);
        if (Files.exists(stamp) && Files.readString(stamp).equals(inputs)) {
            return;
        }
        // Written last, so that a failed run is repeated.
        Files.deleteIfExists(stamp);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(EmbeddedPostgres.Options.temporary())) {
            for (Path folder : migrations) {
                migrate(postgres, folder);
            }
            generate(postgres, target, args[1], migrations);
        }
        Files.createDirectories(target);
        Files.writeString(stamp, inputs);
    }

    private static String schema(Path migrations) {
        return migrations.getFileName().toString();
    }

    private static void migrate(EmbeddedPostgres postgres, Path folder) {
        Flyway.configure()
                .dataSource(postgres.dataSource("postgres"))
                .schemas(schema(folder))
                .locations("filesystem:" + folder)
                .load()
                .migrate();
    }

    private static void generate(EmbeddedPostgres postgres, Path target, String targetPackage, List<Path> migrations)
            throws Exception {
        GenerationTool.generate(new Configuration()
                .withLogging(Logging.WARN)
                .withJdbc(new Jdbc()
                        .withDriver("org.postgresql.Driver")
                        .withUrl(postgres.url("postgres"))
                        .withUser(postgres.superuser())
                        .withPassword(postgres.password()))
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withName("org.jooq.meta.postgres.PostgresDatabase")
                                .withSchemata(migrations.stream()
                                        .map(folder -> new org.jooq.meta.jaxb.SchemaMappingType()
                                                .withInputSchema(schema(folder)))
                                        .toList())
                                .withIncludes(".*")
                                .withExcludes("flyway_schema_history")
                                .withForcedTypes(
                                        new ForcedType()
                                                .withName("INSTANT")
                                                .withIncludeTypes("(?i:timestamp.*with time zone|timestamptz)"),
                                        new ForcedType().withName("CLOB").withIncludeTypes("(?i:tsvector)")))
                        .withGenerate(new Generate()
                                .withRecords(true)
                                .withPojos(false)
                                .withDaos(false)
                                .withComments(false)
                                .withGeneratedAnnotation(false))
                        .withTarget(new Target()
                                .withPackageName(targetPackage)
                                .withDirectory(target.toString())
                                .withEncoding("UTF-8")
                                .withClean(true))));
    }

    private static String digest(String targetPackage, List<Path> migrations) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            update(digest, SETTINGS_VERSION);
            update(digest, targetPackage);
            update(digest, org.jooq.Constants.FULL_VERSION);
            for (Path folder : migrations) {
                List<Path> files;
                try (Stream<Path> tree = Files.walk(folder)) {
                    files = tree.filter(Files::isRegularFile).sorted().toList();
                }
                for (Path file : files) {
                    update(digest, schema(folder) + "/" + folder.relativize(file));
                    update(digest, Files.readString(file));
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
