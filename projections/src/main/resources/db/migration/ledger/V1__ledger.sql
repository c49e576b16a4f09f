-- The ledger: a Merkle tree over the log, and what was signed of it. Derived from the log, all but the checkpoints:
-- those say what was signed when.

-- Tiles as C2SP tlog-tiles lays trees out: hashes of 32 bytes one after the other, 256 in a full tile. At level 0 the
-- hashes of the events' headers stand beside those of the leaves, so that a check can tell what of an event was changed.
CREATE TABLE ledger.tile (
    level   smallint NOT NULL,
    index   bigint   NOT NULL,
    hashes  bytea    NOT NULL,
    headers bytea,
    CONSTRAINT tile_place PRIMARY KEY (level, index),
    CONSTRAINT tile_hashes CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    CONSTRAINT tile_headers CHECK (CASE WHEN level = 0 THEN octet_length(headers) = octet_length(hashes)
                                        ELSE headers IS NULL END)
);

-- Hashes do not compress.
ALTER TABLE ledger.tile ALTER COLUMN hashes SET STORAGE EXTERNAL, ALTER COLUMN headers SET STORAGE EXTERNAL;

-- A tile only grows; one that is full never changes.
CREATE FUNCTION ledger.tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) <> OLD.hashes
        OR substring(NEW.headers FROM 1 FOR octet_length(OLD.headers)) IS DISTINCT FROM OLD.headers THEN
        RAISE EXCEPTION 'tile % of level % would not grow but change', OLD.index, OLD.level;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tile_grows BEFORE UPDATE ON ledger.tile FOR EACH ROW EXECUTE FUNCTION ledger.tile_grows();

CREATE TABLE ledger.sealed (
    one  boolean NOT NULL DEFAULT true,
    size bigint  NOT NULL,
    CONSTRAINT sealed_one PRIMARY KEY (one),
    CONSTRAINT sealed_one_row CHECK (one)
);

INSERT INTO ledger.sealed (size) VALUES (0);

COMMENT ON COLUMN ledger.sealed.size IS 'Events up to this position are in the tiles; written with them.';

CREATE TABLE ledger.checkpoint (
    size            bigint      NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    note            text        NOT NULL,
    timestamp_token bytea,
    timestamp_at    timestamptz,
    CONSTRAINT checkpoint_size PRIMARY KEY (size),
    CONSTRAINT checkpoint_timestamp CHECK ((timestamp_token IS NULL) = (timestamp_at IS NULL))
);

COMMENT ON COLUMN ledger.checkpoint.note IS 'A signed note of C2SP tlog-checkpoint, as it was published.';
COMMENT ON COLUMN ledger.checkpoint.timestamp_token IS 'An RFC 3161 token over the note''s SHA-256.';

-- How far each place outside has the checkpoints.
CREATE TABLE ledger.publication (
    place         text   NOT NULL,
    size          bigint NOT NULL DEFAULT 0,
    failing_since timestamptz,
    failure       text,
    CONSTRAINT publication_place PRIMARY KEY (place)
);

-- What the scheduled self-check did last; one that began after the last end is under way or was broken off.
CREATE TABLE ledger.self_check (
    one        boolean     NOT NULL DEFAULT true,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    size       bigint,
    position   bigint,
    finding    text,
    CONSTRAINT self_check_one PRIMARY KEY (one),
    CONSTRAINT self_check_one_row CHECK (one)
);

COMMENT ON COLUMN ledger.self_check.position IS 'Of the first difference; null where there was none, or none with a place.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT USAGE ON SCHEMA ledger TO hindsight_app;
        GRANT SELECT, INSERT, UPDATE (hashes, headers) ON ledger.tile TO hindsight_app;
        GRANT SELECT, UPDATE (size) ON ledger.sealed TO hindsight_app;
        GRANT SELECT, INSERT, UPDATE (timestamp_token, timestamp_at) ON ledger.checkpoint TO hindsight_app;
        GRANT SELECT, INSERT, UPDATE ON ledger.publication, ledger.self_check TO hindsight_app;
    END IF;
END
$$;
