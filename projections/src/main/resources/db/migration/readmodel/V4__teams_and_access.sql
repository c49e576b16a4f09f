-- Directory, definition version 2: teams, and what admins see of grants. Rights themselves are asked where commands write
-- them: a read model may lag.
ALTER TABLE readmodel.queue ADD COLUMN restricted boolean NOT NULL DEFAULT false;
ALTER TABLE readmodel.queue ADD COLUMN readers text[] NOT NULL DEFAULT '{}'; -- person ids and team keys, sorted
ALTER TABLE readmodel.queue ADD COLUMN workers text[] NOT NULL DEFAULT '{}'; -- those of the readers who work it too

ALTER TABLE readmodel.organization ADD COLUMN shared_tickets boolean NOT NULL DEFAULT false;

CREATE TABLE readmodel.team (
    key           text        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    name          text        NOT NULL,
    members       text[]      NOT NULL DEFAULT '{}' -- person ids, sorted
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT ON readmodel.team TO hindsight_app;
    END IF;
END
$$;
