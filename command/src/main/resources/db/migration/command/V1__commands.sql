-- What commands need beside the log. Only idempotency is not derived, and it lasts a day; every other table repeats
-- what events say (numbers, who has which address or token), so that a unique index can refuse the second writer.

-- A remembered success. scope: SHA-256 of principal and Idempotency-Key; request: SHA-256 of method, path and body.
create table command.idempotency (
    scope        bytea       not null primary key check (length(scope) = 32),
    request      bytea       not null check (length(request) = 32),
    status       smallint    not null,
    stream       text        not null,
    number       bigint,
    version      bigint      not null,
    message_id   uuid,
    follow_up_of uuid,
    created_at   timestamptz not null default now()
);
create index idempotency_created_at on command.idempotency (created_at);

-- Nodes draw blocks of numbers; a block that is not used up leaves a hole.
create sequence command.ticket_number_seq as bigint increment by 10 start with 1;

create table command.ticket_number (
    number    bigint not null primary key,
    ticket_id uuid   not null
);

-- Fingerprints are HMAC-SHA-256 under a key of the keys schema: an address cannot be read or guessed from here.
create table command.person_email (
    fingerprint bytea not null primary key,
    person_id   uuid  not null
);

create table command.person_identity (
    fingerprint bytea not null primary key,
    person_id   uuid  not null
);

create table command.imported_person (
    source      text  not null,
    fingerprint bytea not null,
    person_id   uuid  not null,
    primary key (source, fingerprint)
);

grant usage on schema command to ${app_role};
grant select, insert, update, delete on all tables in schema command to ${app_role};
grant usage on all sequences in schema command to ${app_role};
