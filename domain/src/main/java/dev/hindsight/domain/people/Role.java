package dev.hindsight.domain.people;

/** What a token lets its bearer be. Lower-case in tokens and in the envelope. */
public enum Role {
    REQUESTER,
    AGENT,
    SUPERVISOR,
    AUDITOR,
    OPERATOR,
    ADMIN,
    CLIENT
}
