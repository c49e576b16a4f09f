-- Rebuilds and verifications of read models: what was asked for, how far it is, and what came of it.
CREATE TABLE readmodel.job (
    id                 uuid        NOT NULL PRIMARY KEY,
    kind               text        NOT NULL, -- REBUILD, VERIFICATION
    model              text        NOT NULL,
    definition_version integer     NOT NULL,
    state              text        NOT NULL DEFAULT 'WAITING', -- also RUNNING, PAUSED, READY, VERIFICATION_FAILED,
                                                               -- CANCELLING, FAILING, DONE, FAILED, CANCELLED
    phase              text        NOT NULL DEFAULT 'PREPARING',
    generation         integer,              -- that is being filled
    previous           integer,              -- that answered when it began
    switch_mode        text        NOT NULL, -- AUTO, MANUAL
    gentle             boolean     NOT NULL,
    max_rate           integer,              -- events a second
    up_to              bigint,               -- the position up to which the log is read
    reached            text                  -- the last stream that is written
        COLLATE "C",
    done               bigint      NOT NULL DEFAULT 0, -- of the phase
    total              bigint      NOT NULL DEFAULT 0,
    worked_ms          bigint      NOT NULL DEFAULT 0, -- in all, pauses left out
    phase_ms           bigint      NOT NULL DEFAULT 0, -- of the phase
    switched_ms        numeric,              -- how long the switch took
    force              boolean     NOT NULL DEFAULT false, -- switch in spite of what the verification found
    reason             text,
    report             jsonb,                -- what the verification found
    error              text,                 -- for operators; holds no content of events
    node               text,                 -- that works on it, or did
    actor              jsonb       NOT NULL, -- who asked for it
    ordered_by         jsonb,                -- who gave the last order
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at           timestamptz
);

-- One at a time for a model, on whatever node.
CREATE UNIQUE INDEX job_open ON readmodel.job (model) WHERE ended_at IS NULL;
CREATE INDEX job_created ON readmodel.job (created_at);

-- Since when the generation answers, and which one did before.
ALTER TABLE readmodel.active_generation ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE readmodel.active_generation ADD COLUMN previous integer;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON readmodel.job TO hindsight_app;
    END IF;
END
$$;
