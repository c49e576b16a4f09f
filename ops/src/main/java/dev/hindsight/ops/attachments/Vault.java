package dev.hindsight.ops.attachments;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.Random;
import dev.hindsight.command.attachments.AttachmentVault;
import dev.hindsight.command.attachments.ContentLedger;
import dev.hindsight.command.attachments.ContentLedger.Line;
import dev.hindsight.domain.Damaged;
import dev.hindsight.domain.Gone;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.ops.attachments.ContentStore.ChangedContentException;
import dev.hindsight.ops.codec.keys.DataKeys;
import dev.hindsight.ops.codec.keys.DestroyedKeyException;
import dev.hindsight.query.attachments.AttachmentContents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals contents with Google Tink's streaming AES-256-GCM (AES256_GCM_HKDF_64KB: segments whose order and end are
 * authenticated), each under a key of its own that is wrapped by the key of its ticket. Plain text is never on disk.
 */
final class Vault implements AttachmentVault, AttachmentContents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Vault.class);
    private static final byte[] BINDING = "hindsight-attachment-1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;
    private static final int SEGMENT_BYTES = 64 * 1024;

    private final ContentStore store;
    private final Path incoming;
    private final DataKeys keys;
    private final ContentLedger ledger;
    private final Counter missing;
    private final Counter changed;

    /** @param incoming an empty folder of this installation, where ciphertext grows until its address is known */
    Vault(ContentStore store, Path incoming, DataKeys keys, ContentLedger ledger, MeterRegistry meters) {
        this.store = store;
        this.incoming = incoming;
        this.keys = keys;
        this.ledger = ledger;
        this.missing = damaged("missing", meters);
        this.changed = damaged("changed", meters);
    }

    private static Counter damaged(String how, MeterRegistry meters) {
        return Counter.builder("hindsight.attachments.damaged")
                .description("Downloads of contents that are missing from the store or were changed there")
                .tag("how", how)
                .register(meters);
    }

    @Override
    public Sealed seal(UUID ticket, InputStream plain) throws IOException {
        byte[] key = Random.randBytes(KEY_BYTES);
        String wrapped = wrap(ticket, key);
        Path growing = file();
        try {
            MessageDigest plainSha256 = sha256();
            MessageDigest sha256 = sha256();
            DigestInputStream read = new DigestInputStream(plain, plainSha256);
            long size;
            try (OutputStream sealed = cipher(key).newEncryptingStream(written(growing, sha256), BINDING)) {
                size = read.transferTo(sealed);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("AES-GCM refused to seal", impossible);
            }
            String content = HexFormat.of().formatHex(sha256.digest());
            ledger.expect(content, ticket);
            keep(content, growing);
            return new Sealed(content, size, HexFormat.of().formatHex(plainSha256.digest()), wrapped);
        } finally {
            Files.deleteIfExists(growing);
        }
    }

    private Path file() {
        try {
            return Files.createTempFile(incoming, "upload", "");
        } catch (IOException full) {
            throw unavailable(full);
        }
    }

    private static OutputStream written(Path file, MessageDigest sha256) {
        try {
            return new DigestOutputStream(
                    new BufferedOutputStream(new OwnDisk(Files.newOutputStream(file)), SEGMENT_BYTES), sha256);
        } catch (IOException full) {
            throw unavailable(full);
        }
    }

    /** What fails here is our disk's fault, not the sender's. */
    private static final class OwnDisk extends FilterOutputStream {
        OwnDisk(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                out.write(bytes, offset, length);
            } catch (IOException full) {
                throw unavailable(full);
            }
        }
    }

    private void keep(String content, Path sealed) {
        try {
            store.put(content, sealed);
        } catch (IOException refused) {
            throw unavailable(refused);
        }
    }

    @Override
    public void discard(UUID ticket, String content) {
        try {
            store.delete(content);
            ledger.strike(new Line(content, ticket));
        } catch (IOException refused) {
            LOG.warn("The cleaner will try again to delete {}: {}", content, refused.toString());
        }
    }

    /** For the cleaner. */
    void delete(String content) {
        try {
            store.delete(content);
        } catch (IOException refused) {
            throw unavailable(refused);
        }
    }

    @Override
    public void lookAgain(UUID ticket, String content) {
        ledger.expect(content, ticket);
    }

    @Override
    public String wrap(String content, UUID from, String wrappedKey, UUID to, @Nullable UUID requester) {
        byte[] key = unwrap(from, wrappedKey);
        ledger.expect(content, to);
        return Base64.getEncoder().encodeToString(keys.openTicket(to, requester).wrap(key));
    }

    private String wrap(UUID ticket, byte[] key) {
        try {
            return Base64.getEncoder().encodeToString(keys.ofTicket(ticket).wrap(key));
        } catch (DestroyedKeyException erased) {
            throw gone();
        }
    }

    private byte[] unwrap(UUID ticket, String wrapped) {
        try {
            return keys.ofTicket(ticket).unwrap(Base64.getDecoder().decode(wrapped));
        } catch (DestroyedKeyException erased) {
            throw gone();
        }
    }

    @Override
    public InputStream open(UUID ticket, String content, long size, String wrappedKey) {
        AesGcmHkdfStreaming cipher = cipher(unwrap(ticket, wrappedKey));
        try {
            InputStream sealed = store.open(content, cipher.expectedCiphertextSize(size));
            try {
                return begun(cipher.newDecryptingStream(sealed, BINDING), content);
            } catch (IOException | GeneralSecurityException | RuntimeException failed) {
                sealed.close();
                throw failed;
            }
        } catch (NoSuchFileException none) {
            missing.increment();
            LOG.error("The attachment content {} is missing from the store", content);
            throw new Damaged("ATTACHMENT_MISSING", "The file's content is missing; tell the operator.");
        } catch (ChangedContentException other) {
            throw damaged(other);
        } catch (IOException | GeneralSecurityException silent) {
            throw unavailable(silent);
        }
    }

    /** Authenticates the first segment before anything is answered. */
    private InputStream begun(InputStream plain, String content) throws IOException {
        InputStream counted = new Authenticated(plain, content);
        BufferedInputStream begun = new BufferedInputStream(counted, SEGMENT_BYTES);
        begun.mark(1);
        begun.read();
        begun.reset();
        return begun;
    }

    private Damaged damaged(IOException cause) {
        changed.increment();
        LOG.error("Attachment content was changed in the store: {}", cause.toString());
        return new Damaged("ATTACHMENT_DAMAGED", "The file's content was changed where it lies; tell the operator.");
    }

    /** Tells what does not authenticate from a store that stops answering. */
    private final class Authenticated extends FilterInputStream {
        private final String content;

        Authenticated(InputStream in, String content) {
            super(in);
            this.content = content;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException failed) {
                if (failed.getCause() instanceof GeneralSecurityException) {
                    changed.increment();
                    LOG.error("The attachment content {} does not authenticate", content);
                    throw new ChangedContentException(content + " does not authenticate");
                }
                throw failed;
            }
        }
    }

    private static AesGcmHkdfStreaming cipher(byte[] key) {
        try {
            return new AesGcmHkdfStreaming(key, "HmacSha256", KEY_BYTES, SEGMENT_BYTES, 0);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this JVM has no AES-GCM", impossible);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static Gone gone() {
        return new Gone("ERASED", "The ticket's content was erased, its attachments with it.");
    }

    private static Unavailable unavailable(Exception cause) {
        LOG.error("The attachment store does not work", cause);
        return new Unavailable("ATTACHMENTS_UNAVAILABLE", "Files can't be stored or read right now; try again.", 10);
    }

    @Override
    public void close() {
        store.close();
    }
}
