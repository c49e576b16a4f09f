package dev.hindsight.command.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** A key under which a success is remembered. Neither key nor request is kept, only their SHA-256. Immutable. */
public final class IdempotencyKey {

    private final byte[] scope;
    private final byte[] request;

    private IdempotencyKey(byte[] scope, byte[] request) {
        this.scope = scope;
        this.request = request;
    }

    public static IdempotencyKey of(UUID principal, String key, String method, String path, byte[] body) {
        MessageDigest sha256 = sha256();
        byte[] scope = sha256.digest((principal + "\n" + key).getBytes(UTF_8));
        sha256.update((method + "\n" + path + "\n").getBytes(UTF_8));
        return new IdempotencyKey(scope, sha256.digest(body));
    }

    /** Hash of principal and key, 32 bytes. */
    byte[] scope() {
        return scope.clone();
    }

    /** Hash of method, path and body, 32 bytes. */
    byte[] request() {
        return request.clone();
    }

    /** The advisory lock that stands for the scope. */
    long lock() {
        return ByteBuffer.wrap(scope).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
