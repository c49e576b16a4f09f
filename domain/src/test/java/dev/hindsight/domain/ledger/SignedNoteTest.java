package dev.hindsight.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedNoteTest {

    /** The example of Go's package note, where the format comes from. */
    private static final String GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    private static final String GO_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private static final String GO_NOTE = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
            """;

    private static final SigningKey KEY = SigningKey.generate("example.com/log42");
    private static final SigningKey NEXT = SigningKey.generate("example.com/log42");
    private static final Checkpoint CHECKPOINT = new Checkpoint("example.com/log42", 20, Hash.sha256(new byte[5]));

    @Test
    void readsAndWritesWhatGoDoes() {
        VerifierKey key = VerifierKey.parse(GO_KEY);
        assertThat(key).hasToString(GO_KEY);
        assertThat(SignedNote.parse(GO_NOTE).signedBy(key)).isTrue();

        byte[] seed = Base64.getDecoder().decode(GO_PRIVATE);
        SigningKey signer = SigningKey.of(key, Arrays.copyOfRange(seed, 1, seed.length));
        assertThat(SignedNote.sign(SignedNote.parse(GO_NOTE).text(), signer)).hasToString(GO_NOTE);
        assertThat(SigningKey.of(key, signer.seed()).verifier()).isEqualTo(key);
    }

    @Test
    void aCheckpointIsThreeSignedLines() {
        SignedNote note = CHECKPOINT.sign(KEY);
        assertThat(note.toString()).startsWith("""
                example.com/log42
                20
                iFUPUwjcuLE8gORdTa49wL1GKM/pzrkjP3pVyT4qgvA=

                — example.com/log42\s""".replace(
                        "iFUPUwjcuLE8gORdTa49wL1GKM/pzrkjP3pVyT4qgvA=",
                        CHECKPOINT.root().base64()));
        SignedNote read = SignedNote.parse(note.toString());
        assertThat(read).isEqualTo(note);
        assertThat(Checkpoint.of(read)).isEqualTo(CHECKPOINT);
        assertThat(read.signedBy(KEY.verifier())).isTrue();
        assertThat(read.signedBy(NEXT.verifier())).isFalse();
        assertThat(CHECKPOINT.sign(KEY, NEXT).signedBy(NEXT.verifier())).isTrue();
    }

    @Test
    void noChangedCharacterOfANoteIsAccepted() {
        String note = CHECKPOINT.sign(KEY).toString();
        for (int i = 0; i < note.length(); i++) {
            for (char other : new char[] {'A', '1', '\n', ' ', 'é'}) {
                if (note.charAt(i) != other) {
                    String changed = note.substring(0, i) + other + note.substring(i + 1);
                    assertThat(accepted(changed)).as(changed).isFalse();
                }
            }
            assertThat(accepted(note.substring(0, i) + note.substring(i + 1))).isFalse();
        }
        assertThat(accepted(note)).isTrue();
    }

    private static boolean accepted(String note) {
        try {
            return SignedNote.parse(note).signedBy(KEY.verifier());
        } catch (MalformedLedgerException refused) {
            return false;
        }
    }

    @Test
    void oneWrongSignatureInAKeysNameSpoilsTheNote() {
        SignedNote other = new Checkpoint("example.com/log42", 21, CHECKPOINT.root()).sign(KEY);
        SignedNote note = CHECKPOINT.sign(KEY);
        SignedNote both = new SignedNote(
                note.text(),
                List.of(note.signatures().getFirst(), other.signatures().getFirst()));
        assertThat(both.signedBy(KEY.verifier())).isFalse();
    }

    @Test
    void anythingElseIsNoCheckpoint() {
        String root = CHECKPOINT.root().base64();
        assertThat(List.of(
                        "o\n1\n",
                        "o\n01\n" + root + "\n",
                        "o\n-1\n" + root + "\n",
                        "o\n1 \n" + root + "\n",
                        "\n1\n" + root + "\n",
                        "o\n1\n" + root.substring(4) + "\n",
                        "o\n1\n" + root + "\n\n",
                        "o\n1\n" + root.replace("=", "") + "\n"))
                .allSatisfy(text -> assertThatThrownBy(() -> Checkpoint.of(SignedNote.sign(text, KEY)))
                        .as(text)
                        .isInstanceOf(MalformedLedgerException.class));
        assertThat(Checkpoint.of(SignedNote.sign("o\n1\n" + root + "\nsaid by others\n", KEY))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void keysAreReadStrictly() {
        String vkey = KEY.toString();
        assertThat(VerifierKey.parse(vkey)).isEqualTo(KEY.verifier());
        assertThat(List.of(
                        vkey.replace("log42", "log43"),
                        vkey.substring(0, vkey.length() - 4),
                        vkey.replace("+" + KEY.verifier().hash() + "+", "+00000000+"),
                        "no+key",
                        "a b" + vkey))
                .allSatisfy(wrong -> assertThatThrownBy(() -> VerifierKey.parse(wrong))
                        .isInstanceOf(MalformedLedgerException.class));
        assertThatThrownBy(() -> SigningKey.of(NEXT.verifier(), KEY.seed()))
                .isInstanceOf(MalformedLedgerException.class);
        assertThat(KEY.toString()).doesNotContain(Base64.getEncoder().encodeToString(KEY.seed()));
    }

    @Test
    void aKeyHandsOverToTheNext() {
        KeyRotation rotation = new KeyRotation("example.com/log42", 30, KEY.verifier(), NEXT.verifier());
        SignedNote note = SignedNote.sign(rotation.text(), KEY, NEXT);
        assertThat(KeyRotation.of(SignedNote.parse(note.toString()))).isEqualTo(rotation);

        KeyHistory keys = KeyHistory.of("example.com/log42", KEY.verifier(), List.of(note));
        assertThat(keys.current()).isEqualTo(NEXT.verifier());
        assertThat(keys.verified(at(29, KEY))).isPresent();
        assertThat(keys.verified(at(30, KEY))).isPresent();
        assertThat(keys.verified(at(30, NEXT))).isPresent();
        assertThat(keys.verified(at(31, NEXT))).isPresent();
        assertThat(keys.verified(at(31, KEY))).isEmpty();
        assertThat(keys.verified(at(29, NEXT)))
                .as("of a log that was restored to before the hand-over")
                .isPresent();
        assertThat(keys.verified(new Checkpoint("example.com/other", 29, CHECKPOINT.root()).sign(KEY)))
                .isEmpty();
    }

    @Test
    void handOversThatWereKeptElsewhereLeadOn() {
        SigningKey third = SigningKey.generate("example.com/log42");
        SignedNote first = SignedNote.sign(
                new KeyRotation("example.com/log42", 30, KEY.verifier(), NEXT.verifier()).text(), KEY, NEXT);
        SignedNote second = SignedNote.sign(
                new KeyRotation("example.com/log42", 20, NEXT.verifier(), third.verifier()).text(), NEXT, third);
        KeyHistory alone = KeyHistory.of("example.com/log42", KEY.verifier(), List.of());
        KeyHistory led = alone.and(List.of(second, first, second));
        assertThat(led.current()).isEqualTo(third.verifier());
        assertThat(led.terms())
                .isEqualTo(KeyHistory.of("example.com/log42", KEY.verifier(), List.of(first, second))
                        .terms());
        assertThat(led.verified(at(20, NEXT))).isPresent();
        assertThat(led.verified(at(21, NEXT))).isEmpty();
        assertThat(alone.and(List.of(second)).current()).isEqualTo(KEY.verifier());
    }

    @Test
    void nobodyElseHandsAKeyOver() {
        String text = new KeyRotation("example.com/log42", 30, KEY.verifier(), NEXT.verifier()).text();
        assertThatThrownBy(() -> KeyRotation.of(SignedNote.sign(text, NEXT)))
                .isInstanceOf(MalformedLedgerException.class);
        assertThatThrownBy(() -> KeyRotation.of(SignedNote.sign(text, KEY)))
                .isInstanceOf(MalformedLedgerException.class);
        assertThatThrownBy(() -> Checkpoint.of(SignedNote.sign(text, KEY, NEXT)))
                .isInstanceOf(MalformedLedgerException.class);
        SigningKey stranger = SigningKey.generate("example.com/log42");
        SignedNote others = SignedNote.sign(
                new KeyRotation("example.com/log42", 30, stranger.verifier(), NEXT.verifier()).text(), stranger, NEXT);
        assertThatThrownBy(() -> KeyHistory.of("example.com/log42", KEY.verifier(), List.of(others)))
                .isInstanceOf(MalformedLedgerException.class);
    }

    private static SignedNote at(long size, SigningKey key) {
        return new Checkpoint("example.com/log42", size, CHECKPOINT.root()).sign(key);
    }
}
