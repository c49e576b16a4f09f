-- Model "ticket-past": what every ticket was like after each of its events, and until when. Lists, counts and reports as of
-- a moment are asked of these rows: the row that was valid then is the one that the list had.

-- One row per event, with the columns of readmodel.ticket under their names, so that the same conditions find rows in both;
-- the description lies with the words. updated_at and last_position say from when on the row is valid, on either timeline,
-- next_at and next_position until when, excluded: they are the next event's, and 9999-12-31 and the greatest bigint where
-- there is none yet. A row is valid at (time T, position P) when updated_at <= T and last_position <= P, and not
-- (next_at <= T and next_position <= P).
CREATE TABLE readmodel.ticket_past (
    id                  uuid        NOT NULL,
    number              bigint      NOT NULL,
    version             bigint      NOT NULL,
    last_position       bigint      NOT NULL,
    next_position       bigint      NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    next_at             timestamptz NOT NULL,
    lasted              smallint    NOT NULL, -- the class of its length in time
    stood               smallint    NOT NULL, -- the class of its length in positions
    status              text        NOT NULL,
    type                text        NOT NULL,
    priority            smallint,
    queue               text,
    category            text,
    first_responded_at  timestamptz,
    resolved_at         timestamptz,
    closed_at           timestamptz,
    reopen_until        timestamptz,
    requester           uuid,
    organization        uuid,
    assignee            uuid,
    follow_up_of        uuid,
    description_id      uuid,
    actor               uuid,                 -- who did it; null for nobody in particular
    was_assignee        uuid,                 -- before the event, as are the next two; null before the first
    impact              smallint,
    urgency             smallint,
    reopen_count        integer     NOT NULL DEFAULT 0,
    reassignment_count  integer     NOT NULL DEFAULT 0,
    irregular_moves     integer     NOT NULL DEFAULT 0,
    priority_overridden boolean     NOT NULL DEFAULT false,
    major_incident      boolean     NOT NULL DEFAULT false,
    spam                boolean     NOT NULL DEFAULT false,
    subject_derived     boolean     NOT NULL DEFAULT false,
    was_status          text,
    was_queue           text,
    event               text        NOT NULL, -- TicketOpened, TicketResolved …; LeftOut for one that is skipped
    actor_kind          text,                 -- null for an event that is skipped
    hold_reason         text,
    hold_reason_text    text,
    resolution_code     text,
    resolution_text     text,
    channel             text        NOT NULL,
    matrix              text,
    import_source       text,
    import_case         text,
    tags                text[]      NOT NULL DEFAULT '{}',
    custom_fields       jsonb       NOT NULL DEFAULT '{}',
    subject             text,
    watchers            uuid[]      NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, version)
);

-- Of the states that tickets leave again few are valid at a moment. Their rows are found by the class of their length: those
-- of one class that are valid then began not longer ago than such a row lasts, so about half of what is read is hit.
CREATE INDEX ticket_past_lasted_idx ON readmodel.ticket_past (lasted, updated_at)
    WHERE status NOT IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_stood_idx ON readmodel.ticket_past (stood, last_position)
    WHERE status NOT IN ('CLOSED', 'CANCELLED', 'MERGED');

-- Of the final states nearly all are valid at every moment after they began, so they are read as the live list is.
CREATE INDEX ticket_past_status_idx ON readmodel.ticket_past (status, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_number_idx ON readmodel.ticket_past (number) WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_queue_idx ON readmodel.ticket_past (queue, status, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_assignee_idx ON readmodel.ticket_past (assignee, status, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_requester_idx ON readmodel.ticket_past (requester, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_organization_idx ON readmodel.ticket_past (organization, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED') AND organization IS NOT NULL;
CREATE INDEX ticket_past_category_idx ON readmodel.ticket_past (category, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_priority_idx ON readmodel.ticket_past (priority, created_at, id)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED');
CREATE INDEX ticket_past_tags_idx ON readmodel.ticket_past USING gin (tags)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED') AND tags <> '{}';
CREATE INDEX ticket_past_watchers_idx ON readmodel.ticket_past USING gin (watchers)
    WHERE status IN ('CLOSED', 'CANCELLED', 'MERGED') AND watchers <> '{}';

-- What happened between two moments, in order.
CREATE INDEX ticket_past_updated_idx ON readmodel.ticket_past (updated_at, id);

-- The words of subject and description, from one event that changed them to the next.
CREATE TABLE readmodel.ticket_past_words (
    id            uuid        NOT NULL,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    next_position bigint      NOT NULL,
    updated_at    timestamptz NOT NULL,
    next_at       timestamptz NOT NULL,
    words         tsvector    NOT NULL,
    description   text,
    PRIMARY KEY (id, version)
);
CREATE INDEX ticket_past_words_idx ON readmodel.ticket_past_words USING gin (words) WITH (gin_pending_list_limit = 512);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT ON readmodel.ticket_past, readmodel.ticket_past_words TO hindsight_app;
    END IF;
END
$$;
