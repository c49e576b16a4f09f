-- Which tickets a bulk call with an Idempotency-Key means: found once, so that a repetition meets the same ones whatever
-- its filter finds by then. Scope and request as in command.idempotency; kept as long.
create table command.bulk_selection (
    scope      bytea       not null primary key check (length(scope) = 32),
    request    bytea       not null check (length(request) = 32),
    tickets    text[]      not null,
    created_at timestamptz not null default now()
);
create index bulk_selection_created_at on command.bulk_selection (created_at);

grant select, insert, update, delete on command.bulk_selection to ${app_role};
