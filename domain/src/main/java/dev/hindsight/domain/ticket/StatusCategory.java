package dev.hindsight.domain.ticket;

/** What a status means to clocks. ON_HOLD counts as PAUSED unless a policy says otherwise. */
public enum StatusCategory {
    OPEN,
    PAUSED,
    RESOLVED,
    FINAL
}
