-- The log: events, and the one dense order in which everything agrees.
-- Writers insert into event and pending in one statement; only the sequencer writes placement.

CREATE SEQUENCE log.append_number AS bigint CACHE 1;

CREATE TABLE log.event (
    version       bigint      NOT NULL,
    append_number bigint      NOT NULL,
    occurred_at   timestamptz NOT NULL,
    append_index  integer     NOT NULL,
    stream        text        COLLATE "C" NOT NULL,
    stream_type   text        COLLATE "C",
    event_id      text        COLLATE "C" NOT NULL,
    name          text        COLLATE "C" NOT NULL,
    revision      text        COLLATE "C",
    metadata      bytea       NOT NULL,
    payload       bytea       NOT NULL,
    CONSTRAINT event_stream_version PRIMARY KEY (stream, version)
);

CREATE UNIQUE INDEX event_append ON log.event (append_number, append_index);
CREATE UNIQUE INDEX event_id ON log.event (event_id);

COMMENT ON TABLE log.event IS 'Every event, never changed. Its position is placement.first_position + append_index.';
COMMENT ON COLUMN log.event.version IS 'Place in its stream, counted from 1 (Axon''s sequence number + 1).';
COMMENT ON COLUMN log.event.stream_type IS 'Type of the aggregate; null for an event that belongs to none and has a stream of its own.';
COMMENT ON COLUMN log.event.append_number IS 'The append call that stored it; numbers of rolled-back calls are missing.';

-- One row per append call that the sequencer has not placed yet. The key begins with the transaction, because
-- the sequencer looks for what has become visible since its last snapshot: by transaction, not by number.
CREATE TABLE log.pending (
    xact               xid8        NOT NULL,
    number             bigint      NOT NULL,
    events             integer     NOT NULL,
    latest_occurred_at timestamptz NOT NULL,
    CONSTRAINT pending_xact_number PRIMARY KEY (xact, number)
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000000000,
    vacuum_truncate = false
);

COMMENT ON TABLE log.pending IS 'Append calls that are committed but have no positions yet. Normally empty.';

-- One row per append call: its events have the positions first_position to first_position + events - 1.
-- recorded_at and latest_occurred_at never decrease with position.
CREATE TABLE log.placement (
    first_position     bigint      NOT NULL,
    append_number      bigint      NOT NULL,
    recorded_at        timestamptz NOT NULL,
    latest_occurred_at timestamptz NOT NULL,
    events             integer     NOT NULL,
    CONSTRAINT placement_first_position PRIMARY KEY (first_position),
    CONSTRAINT placement_events_positive CHECK (events > 0)
);

CREATE UNIQUE INDEX placement_append_number ON log.placement (append_number);
CREATE INDEX placement_recorded_at ON log.placement (recorded_at, first_position);
CREATE INDEX placement_latest_occurred_at ON log.placement (latest_occurred_at, first_position);

COMMENT ON TABLE log.placement IS 'The order: dense positions from 1, given after commit by the one sequencer.';
COMMENT ON COLUMN log.placement.latest_occurred_at IS 'The latest occurred_at at or before the end of this row: a running maximum.';

CREATE TABLE log.snapshot (
    version     bigint      NOT NULL,
    occurred_at timestamptz NOT NULL,
    stream      text        COLLATE "C" NOT NULL,
    stream_type text        COLLATE "C",
    event_id    text        COLLATE "C" NOT NULL,
    name        text        COLLATE "C" NOT NULL,
    revision    text        COLLATE "C",
    metadata    bytea       NOT NULL,
    payload     bytea       NOT NULL,
    CONSTRAINT snapshot_stream PRIMARY KEY (stream)
);

COMMENT ON TABLE log.snapshot IS 'The latest snapshot of a stream; used only where snapshots are switched on.';

-- The application may add events and give them places; it can neither change nor delete them.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT USAGE ON SCHEMA log TO hindsight_app;
        GRANT SELECT, INSERT ON log.event, log.placement TO hindsight_app;
        GRANT SELECT, INSERT, DELETE ON log.pending TO hindsight_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON log.snapshot TO hindsight_app;
        GRANT SELECT, USAGE ON SEQUENCE log.append_number TO hindsight_app;
    END IF;
END
$$;
