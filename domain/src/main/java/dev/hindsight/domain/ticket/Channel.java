package dev.hindsight.domain.ticket;

import dev.hindsight.domain.InvalidRequest;

/** How something reached us. The names are stored. */
public enum Channel {
    API,
    WEB,
    EMAIL,
    PHONE,
    CHAT,
    IMPORT;

    /** @throws InvalidRequest naming the field and the words that are known */
    public static Channel parse(String field, String word) {
        return Words.parse(Channel.class, field, word);
    }
}
