-- The log: events, and the one dense order in which everything agrees.
-- Writers insert into event; only the sequencer writes placement and sequencer.

CREATE SEQUENCE log.append_number AS bigint CACHE 1;

-- Every append call draws one number, after its transaction has its id: the sequencer's proof that a missing number
-- will never be seen rests on that, so the number is computed from the id.
CREATE TABLE log.event (
    xact          xid8        NOT NULL DEFAULT pg_current_xact_id(),
    version       bigint      NOT NULL,
    append_number bigint      NOT NULL
        DEFAULT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('log.append_number') END,
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

COMMENT ON TABLE log.event IS 'Every event, never changed. Its position stands in log.placed_event.';
COMMENT ON COLUMN log.event.xact IS
    'The transaction that stored it, in the cluster where that happened: of no meaning once the event has its position.';
COMMENT ON COLUMN log.event.version IS 'Place in its stream, counted from 1 (Axon''s sequence number + 1).';
COMMENT ON COLUMN log.event.stream_type IS 'Type of the aggregate; null for an event that belongs to none and has a stream of its own.';
COMMENT ON COLUMN log.event.append_number IS 'The append call that stored it; numbers of rolled-back calls are missing.';

-- One row per append call, or per run of append calls with consecutive numbers that stored one event each. Its events have
-- the positions first_position to first_position + events - 1, in order of (append_number, append_index).
-- recorded_at and latest_occurred_at never decrease with position, so the primary key finds moments, too: by bisection.
CREATE TABLE log.placement (
    first_position     bigint      NOT NULL,
    first_append       bigint      NOT NULL,
    recorded_at        timestamptz NOT NULL,
    latest_occurred_at timestamptz NOT NULL,
    appends            integer     NOT NULL,
    events             integer     NOT NULL,
    CONSTRAINT placement_first_position PRIMARY KEY (first_position),
    CONSTRAINT placement_events CHECK (events > 0 AND (appends = 1 OR appends = events))
);

CREATE UNIQUE INDEX placement_first_append ON log.placement (first_append);

COMMENT ON TABLE log.placement IS 'The order: dense positions from 1, given after commit by the one sequencer.';
COMMENT ON COLUMN log.placement.appends IS 'How many append calls, their numbers counted on from first_append.';
COMMENT ON COLUMN log.placement.latest_occurred_at IS 'The latest occurred_at at or before the end of this row: a running maximum.';

-- The events that have a place. For reads of some streams; who reads ranges of positions joins from the placements.
CREATE VIEW log.placed_event AS
SELECT p.first_position + (e.append_number - p.first_append) + e.append_index AS position, p.recorded_at, e.*
FROM log.event e, LATERAL (
    SELECT * FROM log.placement o WHERE o.first_append <= e.append_number ORDER BY o.first_append DESC LIMIT 1) p
WHERE e.append_number < p.first_append + p.appends;

-- From where on a new leader looks for events without a position. Any lower number is right too, and slower.
CREATE TABLE log.sequencer (
    one     boolean NOT NULL DEFAULT true,
    settled bigint  NOT NULL,
    CONSTRAINT sequencer_one PRIMARY KEY (one),
    CONSTRAINT sequencer_one_row CHECK (one)
);

INSERT INTO log.sequencer (settled) VALUES (0);

COMMENT ON COLUMN log.sequencer.settled IS
    'Append calls up to this number are placed or were rolled back. Brought up to date about once a second.';

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
        GRANT SELECT ON log.placed_event TO hindsight_app;
        GRANT SELECT, UPDATE (settled) ON log.sequencer TO hindsight_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON log.snapshot TO hindsight_app;
        GRANT SELECT, USAGE ON SEQUENCE log.append_number TO hindsight_app;
    END IF;
END
$$;
