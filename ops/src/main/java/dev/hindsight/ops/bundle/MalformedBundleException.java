package dev.hindsight.ops.bundle;

/** This is no bundle, or a part of it is missing or cannot be read; the message says which. */
final class MalformedBundleException extends RuntimeException {

    MalformedBundleException(String message) {
        super(message);
    }
}
