package dev.hindsight.command.people;

/** Recognizes personal values without keeping them: HMAC-SHA-256 under a key of the keys schema. */
public interface Fingerprints {

    /**
     * @param kind what the value is, so that equal texts of different kinds do not meet
     * @return 32 bytes, the same for the same kind and value as long as the installation lives
     */
    byte[] of(String kind, String value);
}
