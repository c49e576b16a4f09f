-- Mass reversions: the orders, how far each is, and what became of each ticket. Only what waits or is under way would be
-- missed after a restore: what was done stands in the tickets' streams under the reversion's id as correlation. Holds no
-- content of tickets: ids, versions, names of fields and events.

CREATE TABLE command.reversion (
    id            uuid        NOT NULL PRIMARY KEY,
    state         text        NOT NULL CHECK (state IN ('WAITING_FOR_APPROVAL', 'WAITING', 'RUNNING', 'PAUSED',
                                                        'CANCELLING', 'DONE', 'CANCELLED', 'FAILED')),
    phase         text        NOT NULL DEFAULT 'FINDING' CHECK (phase IN ('FINDING', 'REVERTING', 'RECORDING', 'OVER')),
    criteria      jsonb       NOT NULL,
    include_moved boolean     NOT NULL,
    dry_run       boolean     NOT NULL,
    reason        text        NOT NULL, -- names nobody: it is kept
    ordered_by    jsonb       NOT NULL,
    ordered_at    timestamptz NOT NULL DEFAULT now(),
    approved_by   uuid,
    up_to         bigint      NOT NULL, -- the log's head when it was ordered
    reached       bigint      NOT NULL DEFAULT 0, -- searched up to this position
    total         bigint      NOT NULL DEFAULT 0, -- tickets found
    done          bigint      NOT NULL DEFAULT 0,
    phase_ms      bigint      NOT NULL DEFAULT 0,
    progressed_at timestamptz,
    error         text, -- why it does not get on: a class of fault, never content
    ended_at      timestamptz
);
CREATE INDEX reversion_open ON command.reversion (ordered_at) WHERE ended_at IS NULL;

CREATE TABLE command.reversion_ticket (
    reversion  uuid     NOT NULL REFERENCES command.reversion (id) ON DELETE CASCADE,
    ticket     uuid     NOT NULL,
    versions   bigint[] NOT NULL, -- of the events to undo
    outcome    text     CHECK (outcome IN ('WOULD_BE_REVERTED', 'REVERTED', 'UNCHANGED', 'MOVED_ON', 'REFUSED')),
    version    bigint,  -- the ticket's, when it was looked at or reverted
    restored   text[],
    not_undone jsonb,
    moved_on   jsonb,
    refusal    text,
    PRIMARY KEY (reversion, ticket)
);
CREATE INDEX reversion_ticket_open ON command.reversion_ticket (reversion, ticket) WHERE outcome IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON command.reversion, command.reversion_ticket TO ${app_role};
