package dev.hindsight.domain.ledger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;

/** The private half of a key that signs notes. It never shows itself in texts. Safe for concurrent use. */
public final class SigningKey {

    private final VerifierKey verifier;
    private final PrivateKey key;

    private SigningKey(VerifierKey verifier, PrivateKey key) {
        this.verifier = verifier;
        this.key = key;
        byte[] probe = "probe".getBytes(StandardCharsets.US_ASCII);
        if (!verifier.verifies(probe, sign(probe))) {
            throw new MalformedLedgerException("the private key does not belong to the public key");
        }
    }

    /** A new key from the JVM's secure random numbers. */
    public static SigningKey generate(String name) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
            return new SigningKey(VerifierKey.of(name, raw), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no Ed25519", e);
        }
    }

    /**
     * @param seed 32 bytes, the private key of RFC 8032
     * @throws MalformedLedgerException when it does not belong to this public key
     */
    public static SigningKey of(VerifierKey verifier, byte[] seed) {
        try {
            return new SigningKey(
                    verifier,
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
        } catch (InvalidKeySpecException e) {
            throw new MalformedLedgerException("these bytes are no private Ed25519 key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no Ed25519", e);
        }
    }

    public VerifierKey verifier() {
        return verifier;
    }

    /** The 32 bytes of the private key, to be wrapped and stored; overwrite them after use. */
    public byte[] seed() {
        return ((EdECPrivateKey) key).getBytes().orElseThrow();
    }

    byte[] sign(byte[] bytes) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(bytes);
            return ed25519.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key does not sign", e);
        }
    }

    /** The public half. */
    @Override
    public String toString() {
        return verifier.toString();
    }
}
