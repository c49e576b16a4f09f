-- What the models tickets and directory were at a position, beside what answers, to compare before deciding: filled up to
-- there and then left as they are, asked by name, dropped by order or after a time. A row stays when it is dropped.
CREATE TABLE readmodel.recovery (
    id         uuid        NOT NULL PRIMARY KEY, -- of the job that fills it, too
    name       text        NOT NULL,
    position   bigint      NOT NULL,             -- the last event that it includes
    moment     timestamptz,                      -- that was asked for; null where a position was
    reason     text,
    actor      jsonb       NOT NULL,             -- who asked for it
    created_at timestamptz NOT NULL,
    kept_until timestamptz,                      -- null for ever
    began      bigint,                           -- a position before it was read: what was erased up to there is not in it
    forgotten  bigint      NOT NULL DEFAULT 0,   -- the position up to which it has forgotten what was erased since
    ready_at   timestamptz,                      -- since when it may be asked
    rows       bigint,
    dropping   text,                             -- why it is being dropped: ORDERED, EXPIRED, CANCELLED, FAILED
    dropped_by jsonb,
    dropped_at timestamptz
);
CREATE UNIQUE INDEX recovery_name ON readmodel.recovery (name) WHERE dropped_at IS NULL;

-- Whose generation it is; null for those that answer or are to. Its state stays BUILDING, so that no node, of this version
-- or an older one, brings anything into it.
ALTER TABLE readmodel.generation ADD COLUMN recovery uuid;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON readmodel.recovery TO hindsight_app;
    END IF;
END
$$;
