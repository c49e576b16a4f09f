package dev.hindsight.ops.codec;

import dev.hindsight.ops.codec.keys.DataKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Personal content as it is stored: AES-256-GCM ciphertext with its tag, and a commitment to the plain text,
 * HMAC-SHA-256 under the salt that lies with the key. The commitment is part of what the tag authenticates, so that
 * opening checks it without computing it again; {@link #verifyCommitment} computes it.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Seal(UUID keyId, byte[] nonce, byte[] ciphertext, byte[] commitment) {

    static final int NONCE_BYTES = 12;
    static final int COMMITMENT_BYTES = 32;
    private static final int TAG_BITS = 128;
    // A look-up of the provider costs more than sealing a short text.
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(() -> {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES-GCM", e);
        }
    });
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(() -> {
        try {
            return Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HMAC-SHA-256", e);
        }
    });

    /** What a seal is bound to: moved to another event, stream or key it no longer opens. */
    static byte[] binding(String name, String revision, String streamId, UUID keyId) {
        return ("hindsight-sealed-1\n" + name + '\n' + revision + '\n' + streamId + '\n' + keyId + '\n')
                .getBytes(StandardCharsets.UTF_8);
    }

    static Seal seal(DataKey key, byte[] nonce, byte[] binding, byte[] plaintext) {
        byte[] commitment = commitment(key, binding, plaintext);
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.ENCRYPT_MODE, key.cipherKey(), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(binding);
            cipher.updateAAD(commitment);
            return new Seal(key.id(), nonce, cipher.doFinal(plaintext), commitment);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused to seal", e);
        }
    }

    /** @throws TamperedContentException when anything that was sealed or bound differs */
    byte[] open(DataKey key, byte[] binding) {
        if (nonce.length != NONCE_BYTES || commitment.length != COMMITMENT_BYTES) {
            throw new TamperedContentException("sealed content has a nonce or commitment of a wrong length", null);
        }
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.DECRYPT_MODE, key.cipherKey(), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(binding);
            cipher.updateAAD(commitment);
            return cipher.doFinal(ciphertext);
        } catch (AEADBadTagException e) {
            throw new TamperedContentException("sealed content does not authenticate", e);
        } catch (GeneralSecurityException e) {
            throw new TamperedContentException("sealed content cannot be opened", e);
        }
    }

    /** @throws TamperedContentException when the commitment is not to this plain text */
    void verifyCommitment(DataKey key, byte[] binding, byte[] plaintext) {
        if (!MessageDigest.isEqual(commitment, commitment(key, binding, plaintext))) {
            throw new TamperedContentException("the commitment is not to the sealed content", null);
        }
    }

    private static byte[] commitment(DataKey key, byte[] binding, byte[] plaintext) {
        try {
            Mac mac = MAC.get();
            mac.init(key.salt());
            mac.update(binding);
            return mac.doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 refused its key", e);
        }
    }
}
