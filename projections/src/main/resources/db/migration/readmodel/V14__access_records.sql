-- Model "access": who read, took along or was refused what. One row per batch, as one event brings it; the people and
-- tickets of a batch are found by the indexes, its records are told apart when it is read.
CREATE TABLE readmodel.access_batch (
    id            uuid        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    first_at      timestamptz NOT NULL, -- of the records
    last_at       timestamptz NOT NULL,
    people        uuid[]      NOT NULL,
    tickets       uuid[]      NOT NULL,
    lost          bigint      NOT NULL,
    records       jsonb       NOT NULL
);
CREATE INDEX access_batch_position_idx ON readmodel.access_batch (last_position);
CREATE INDEX access_batch_people_idx ON readmodel.access_batch USING gin (people);
CREATE INDEX access_batch_tickets_idx ON readmodel.access_batch USING gin (tickets);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT ON readmodel.access_batch TO hindsight_app;
    END IF;
END
$$;
