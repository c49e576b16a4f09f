package dev.hindsight.domain;

/** What an actor was when it acted. The names are stored. */
public enum ActorKind {
    AGENT,
    REQUESTER,
    SUPERVISOR,
    AUDITOR,
    OPERATOR,
    ADMIN,
    CLIENT,
    RULE,
    SYSTEM,
    IMPORT
}
