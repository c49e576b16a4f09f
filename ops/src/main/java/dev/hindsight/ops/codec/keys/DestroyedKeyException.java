package dev.hindsight.ops.codec.keys;

/** Content cannot be sealed any more: the key was destroyed when its owner was erased. */
public final class DestroyedKeyException extends RuntimeException {

    public DestroyedKeyException(String owner) {
        super("the data key of " + owner + " was destroyed");
    }
}
