-- Read models. The tables of the first two parts are templates and stay empty: each generation is a copy
-- (CREATE TABLE readmodel.<table>_g<N> (LIKE readmodel.<table> INCLUDING ALL)) that its row in readmodel.generation
-- and readmodel.active_generation names. No foreign keys between them: a parked ticket may lack what another row names.

-- 1. Model "tickets": one list row per ticket, which also holds all that its fold needs to go on.

-- What lists filter and sort by comes first: a row is read from its beginning up to the last column that is asked for.

CREATE TABLE readmodel.ticket (
    id                  uuid        NOT NULL PRIMARY KEY,
    number              bigint      NOT NULL,
    version             bigint      NOT NULL, -- count of the ticket's events: its ETag
    last_position       bigint      NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    status              text        NOT NULL,
    type                text        NOT NULL,
    priority            smallint,             -- 1 for P1 to 5 for P5
    queue               text,
    category            text,
    first_responded_at  timestamptz,
    resolved_at         timestamptz,
    closed_at           timestamptz,          -- became CLOSED or CANCELLED
    reopen_until        timestamptz,
    requester           uuid,
    organization        uuid,
    assignee            uuid,
    follow_up_of        uuid,
    description_id      uuid,                 -- message id of the description
    impact              smallint,             -- 1 HIGH, 2 MEDIUM, 3 LOW
    urgency             smallint,
    reopen_count        integer     NOT NULL DEFAULT 0,
    reassignment_count  integer     NOT NULL DEFAULT 0,
    irregular_moves     integer     NOT NULL DEFAULT 0,
    priority_overridden boolean     NOT NULL DEFAULT false,
    major_incident      boolean     NOT NULL DEFAULT false,
    spam                boolean     NOT NULL DEFAULT false,
    subject_derived     boolean     NOT NULL DEFAULT false,
    hold_reason         text,
    hold_reason_text    text,
    resolution_code     text,
    resolution_text     text,
    channel             text        NOT NULL,
    matrix              text,                 -- priority matrix and version, such as hindsight-1
    import_source       text,
    import_case         text,
    tags                text[]      NOT NULL DEFAULT '{}', -- sorted
    custom_fields       jsonb       NOT NULL DEFAULT '{}', -- key: text, or list of choices, numbers as text
    subject             text,
    description         text
);

-- A filter by one of few values with a sort needs its own order: walking the whole list in created order until 50 old
-- open tickets are found reads all the closed ones first. Selective filters sort their few rows on the fly. What is
-- included lets the usual filters be counted without the rows.
CREATE INDEX ticket_number_idx ON readmodel.ticket (number);
CREATE INDEX ticket_created_idx ON readmodel.ticket (created_at, id) INCLUDE (updated_at, status, priority);
CREATE INDEX ticket_updated_idx ON readmodel.ticket (updated_at, id);
CREATE INDEX ticket_status_created_idx ON readmodel.ticket (status, created_at, id);
CREATE INDEX ticket_queue_idx ON readmodel.ticket (queue, status, created_at, id);
CREATE INDEX ticket_assignee_idx ON readmodel.ticket (assignee, status, created_at, id);
CREATE INDEX ticket_requester_idx ON readmodel.ticket (requester, created_at, id);
CREATE INDEX ticket_organization_idx ON readmodel.ticket (organization, created_at, id) WHERE organization IS NOT NULL;
CREATE INDEX ticket_category_idx ON readmodel.ticket (category, created_at, id);
CREATE INDEX ticket_priority_idx ON readmodel.ticket (priority, created_at, id);
CREATE INDEX ticket_tags_idx ON readmodel.ticket USING gin (tags) WHERE tags <> '{}';

-- The words of subject and description, which lists look for; made anew only when one of these texts changes. What the
-- index has not sorted in yet is read by every search: little of it.
CREATE TABLE readmodel.ticket_words (
    ticket_id     uuid     NOT NULL PRIMARY KEY,
    version       bigint   NOT NULL, -- of the event that changed them last
    last_position bigint   NOT NULL,
    words         tsvector NOT NULL
);
CREATE INDEX ticket_words_idx ON readmodel.ticket_words USING gin (words) WITH (gin_pending_list_limit = 512);

-- The conversation. One event makes at most one message, so the ticket's version orders and names it. The
-- description is the first message.
CREATE TABLE readmodel.ticket_message (
    ticket_id     uuid        NOT NULL,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    id            uuid        NOT NULL,
    author        uuid,
    at            timestamptz NOT NULL,
    kind          text        NOT NULL, -- REQUESTER_REPLY, PUBLIC_REPLY, INTERNAL_NOTE
    author_kind   text        NOT NULL, -- an actor kind
    body          text        NOT NULL,
    PRIMARY KEY (ticket_id, version)
);

-- Every event of the ticket: who, why, and what changed. Requesters see neither entries marked internal nor changes
-- marked internal.
CREATE TABLE readmodel.ticket_timeline (
    ticket_id    uuid        NOT NULL,
    version      bigint      NOT NULL,
    position     bigint      NOT NULL,
    actor        uuid,
    on_behalf_of uuid,
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    rule_version integer,
    internal     boolean     NOT NULL,
    event        text        NOT NULL, -- TicketOpened, TicketResolved …
    actor_kind   text        NOT NULL,
    rule         text,
    changes      jsonb       NOT NULL, -- [{field, before, after, internal?}]
    PRIMARY KEY (ticket_id, version)
);

-- Links as their own ticket holds them; the inverse direction is composed when read.
CREATE TABLE readmodel.ticket_link (
    ticket_id     uuid   NOT NULL,
    type          text   NOT NULL,
    other_id      uuid   NOT NULL,
    version       bigint NOT NULL, -- of the event that linked
    last_position bigint NOT NULL,
    PRIMARY KEY (ticket_id, type, other_id)
);
CREATE INDEX ticket_link_other_idx ON readmodel.ticket_link (other_id);

-- 2. Model "directory": names, which answers join to ids when they are read.

CREATE TABLE readmodel.person (
    id            uuid        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    registered_at timestamptz NOT NULL,
    organization  uuid,
    is_agent      boolean     NOT NULL DEFAULT false,
    identified    boolean     NOT NULL DEFAULT false, -- a token was accepted for this person
    name          text,                               -- of imported people: the source's
    email         text,
    source        text                                -- the import's source for people who came with one
);
CREATE INDEX person_agent_idx ON readmodel.person (name, id) WHERE is_agent;
CREATE INDEX person_email_idx ON readmodel.person (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX person_organization_idx ON readmodel.person (organization) WHERE organization IS NOT NULL;

CREATE TABLE readmodel.organization (
    id            uuid        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    name          text        NOT NULL
);

CREATE TABLE readmodel.queue (
    key           text        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    name          text        NOT NULL
);

CREATE TABLE readmodel.category (
    key           text        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    name          text        NOT NULL,
    parent        text
);

CREATE TABLE readmodel.custom_field (
    key           text        NOT NULL PRIMARY KEY,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    name          text        NOT NULL,
    type          text        NOT NULL, -- TEXT, NUMBER, BOOLEAN, DATE, SELECT, MULTI_SELECT
    options       text[]      NOT NULL DEFAULT '{}'
);

-- 3. Registry: which generations there are, how far each is, which one answers.

-- One physical build of a model. Position is the model's progress, the only one, valid on every node; it is written in
-- the transaction that writes the rows. Owner and claimed_at say which node works on it.
CREATE TABLE readmodel.generation (
    model              text        NOT NULL,
    generation         integer     NOT NULL,
    definition_version integer     NOT NULL,
    position           bigint      NOT NULL DEFAULT 0,
    state              text        NOT NULL DEFAULT 'LIVE', -- LIVE, UNKNOWN_EVENT
    detail             text,
    owner              text,
    claimed_at         timestamptz,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (model, generation)
) WITH (fillfactor = 10);

-- The generation that answers queries, per definition version: a switch is one UPDATE.
CREATE TABLE readmodel.active_generation (
    model              text    NOT NULL,
    definition_version integer NOT NULL,
    generation         integer NOT NULL,
    PRIMARY KEY (model, definition_version)
);

-- A stream (a ticket, mostly) whose fold failed: its events from first_position on are passed over until a retry.
-- The cause holds no content of events.
CREATE TABLE readmodel.parked (
    model          text        NOT NULL,
    generation     integer     NOT NULL,
    stream         text        NOT NULL,
    ticket_id      uuid,                 -- where the stream is a ticket
    first_position bigint      NOT NULL,
    cause          text        NOT NULL,
    since          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (model, generation, stream)
);
CREATE INDEX parked_ticket_idx ON readmodel.parked (ticket_id);

-- An event that a model leaves out, with the reason: an input to every fold of that model, rebuilds included.
CREATE TABLE readmodel.skip (
    model    text        NOT NULL,
    position bigint      NOT NULL,
    reason   text        NOT NULL,
    since    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (model, position)
);
