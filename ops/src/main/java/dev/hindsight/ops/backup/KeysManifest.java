package dev.hindsight.ops.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which files hold the keys as they were last.
 *
 * @param format {@value #FORMAT}
 * @param position every event up to here was there when they were read, so its key is among them
 */
record KeysManifest(String format, UUID logId, Instant at, long position, List<Table> tables) {

    static final String FORMAT = "hindsight-keys-1";
    static final String FOLDER = "keys/";
    static final String NAME = FOLDER + "manifest.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** @param columns in the order of each row's values */
    record Table(String name, List<String> columns, List<Part> parts) {}

    /**
     * Some rows of a table, in PostgreSQL's text form for COPY.
     *
     * @param bucket the first byte of the SHA-256 of the owner; 0 for tables that are not cut up
     * @param sha256 of the file, lower-case hexadecimal; part of its name
     */
    record Part(int bucket, String sha256, long rows) {

        String file(String table) {
            return "%s%s/%02x-%s.rows".formatted(FOLDER, table, bucket, sha256);
        }
    }

    byte[] json() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    }

    /** @return null where the place holds none */
    static @Nullable KeysManifest of(BackupStore store) throws IOException {
        try (InputStream in = store.open(NAME)) {
            KeysManifest manifest = JSON.readValue(in.readAllBytes(), KeysManifest.class);
            if (!FORMAT.equals(manifest.format)) {
                throw new BackupRefused(store + NAME + " is of another format: " + manifest.format);
            }
            return manifest;
        } catch (NoSuchFileException none) {
            return null;
        } catch (JacksonException e) {
            throw new BackupRefused(NAME + " in " + store + " can't be read");
        }
    }
}
