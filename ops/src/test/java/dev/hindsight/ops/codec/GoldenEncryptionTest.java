package dev.hindsight.ops.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hindsight.ops.codec.keys.DataKey;
import dev.hindsight.ops.codec.keys.FixedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The vectors from which another implementation of ops/docs/formats.md can be checked. */
class GoldenEncryptionTest {

    private static final HexFormat HEX = HexFormat.of();

    @Test
    void contentIsSealedAsTheVectorsSay() throws IOException {
        JsonNode vectors = vectors().path("seals");
        assertThat(vectors.size()).isEqualTo(3);
        for (JsonNode vector : vectors) {
            UUID keyId = UUID.fromString(text(vector, "keyId"));
            DataKey key = FixedKeys.of(keyId, "ticket:x", HEX.parseHex(text(vector, "key") + text(vector, "salt")));
            byte[] binding =
                    Seal.binding(text(vector, "name"), text(vector, "revision"), text(vector, "stream"), keyId);
            byte[] plaintext = text(vector, "plaintext").getBytes(UTF_8);
            Seal seal = Seal.seal(key, HEX.parseHex(text(vector, "nonce")), binding, plaintext);
            assertThat(new String(binding, UTF_8)).isEqualTo(text(vector, "binding"));
            assertThat(HEX.formatHex(seal.commitment())).isEqualTo(text(vector, "commitment"));
            assertThat(HEX.formatHex(seal.ciphertext())).isEqualTo(text(vector, "ciphertext"));
            assertThat(seal.open(key, binding)).isEqualTo(plaintext);
        }
    }

    @Test
    void keysAreWrappedAsTheVectorsSay() throws IOException {
        JsonNode vectors = vectors().path("wraps");
        assertThat(vectors.size()).isEqualTo(3);
        for (JsonNode vector : vectors) {
            byte[] wrappingKey = vector.has("under")
                    ? FixedKeys.wrappingKeyOf(HEX.parseHex(text(vector, "under") + "00".repeat(32)))
                    : HEX.parseHex(text(vector, "wrappingKey"));
            assertThat(HEX.formatHex(wrappingKey)).isEqualTo(text(vector, "wrappingKey"));
            byte[] wrapped = FixedKeys.wrap(wrappingKey, HEX.parseHex(text(vector, "bytes")));
            assertThat(HEX.formatHex(wrapped)).isEqualTo(text(vector, "wrapped"));
        }
    }

    private static JsonNode vectors() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                GoldenEncryptionTest.class.getResourceAsStream("/golden/encryption.json"), "encryption.json")) {
            return new JsonMapper().readTree(in);
        }
    }

    private static String text(JsonNode vector, String member) {
        return vector.required(member).stringValue();
    }
}
