-- Who is to be forgotten and what is held. Repeats what events of tickets, people and organizations say, in their
-- transactions; only how far an erasure is (its phase) is not in events, and an erasure begun again is right, too.

CREATE TABLE command.legal_hold (
    kind   text        NOT NULL CHECK (kind IN ('TICKET', 'PERSON', 'ORGANIZATION')),
    id     uuid        NOT NULL,
    since  timestamptz NOT NULL,
    reason text        NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE command.erasure (
    person_id   uuid        NOT NULL PRIMARY KEY,
    id          uuid        NOT NULL UNIQUE,
    state       text        NOT NULL CHECK (state IN ('WAITING_FOR_APPROVAL', 'WAITING', 'ERASING', 'DONE')),
    asked_by    uuid        NOT NULL,
    reason      text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    approved_by uuid,
    erased_at   timestamptz,
    finished_at timestamptz,
    fault       text        -- why it is not done yet: a class of fault, never content
);
CREATE INDEX erasure_open ON command.erasure (asked_at) WHERE state <> 'DONE';

-- What retention has done, and what it waits with.
CREATE TABLE command.retention_run (
    id          uuid        NOT NULL PRIMARY KEY,
    asked_at    timestamptz NOT NULL,
    asked_by    uuid,       -- null: by itself
    finished_at timestamptz,
    erased      bigint      NOT NULL DEFAULT 0,
    held        bigint      NOT NULL DEFAULT 0,
    fault       text
);
CREATE INDEX retention_run_open ON command.retention_run (asked_at) WHERE finished_at IS NULL;

-- Whose rows go when somebody is forgotten.
CREATE INDEX person_email_person ON command.person_email (person_id);
CREATE INDEX person_identity_person ON command.person_identity (person_id);
CREATE INDEX imported_person_person ON command.imported_person (person_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON command.legal_hold, command.erasure, command.retention_run TO ${app_role};
