-- Repairs of single streams, and what is parked as operators handle it.

-- One parked stream at one position; parked at another one it is another letter, so that nobody skips what he did not see.
ALTER TABLE readmodel.parked ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX parked_id ON readmodel.parked (id);

-- A job of kind REPAIR has phases PREPARING, REPAIRING and RECORDING.
ALTER TABLE readmodel.job ADD COLUMN scope jsonb;   -- which streams
ALTER TABLE readmodel.job ADD COLUMN dry_run boolean NOT NULL DEFAULT false;
ALTER TABLE readmodel.job ADD COLUMN repair jsonb;  -- what it has done so far

-- What is only to be put on record keeps no other job of the model waiting.
DROP INDEX readmodel.job_open;
CREATE UNIQUE INDEX job_open ON readmodel.job (model)
    WHERE ended_at IS NULL AND NOT (kind = 'REPAIR' AND phase = 'RECORDING');

-- The streams that a job repairs, as they were found when it began.
CREATE TABLE readmodel.repair_target (
    job    uuid NOT NULL REFERENCES readmodel.job ON DELETE CASCADE,
    stream text COLLATE "C" NOT NULL,
    PRIMARY KEY (job, stream)
);

-- Tickets whose rows were repaired without a new event: their documents are made anew, in every index.
CREATE SEQUENCE readmodel.search_mark_number;
CREATE TABLE readmodel.search_mark (
    model      text    NOT NULL DEFAULT 'ticket-search',
    generation integer NOT NULL,
    ticket_id  uuid    NOT NULL,
    number     bigint  NOT NULL DEFAULT nextval('readmodel.search_mark_number'), -- another one when marked again
    PRIMARY KEY (model, generation, ticket_id),
    FOREIGN KEY (model, generation) REFERENCES readmodel.generation ON DELETE CASCADE
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON readmodel.repair_target, readmodel.search_mark TO hindsight_app;
        GRANT USAGE ON SEQUENCE readmodel.search_mark_number TO hindsight_app;
    END IF;
END
$$;
