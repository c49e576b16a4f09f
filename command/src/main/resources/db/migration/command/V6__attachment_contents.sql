-- Which ticket may refer to which content of the attachment store (SHA-256 of the ciphertext): written before the content
-- is stored. look_at: when the cleaner asks the ticket whether it does; null once it did and nothing was taken away.
create table command.attachment_content (
    content   bytea       not null check (length(content) = 32),
    ticket_id uuid        not null,
    look_at   timestamptz,
    primary key (content, ticket_id)
);
create index attachment_content_look_at on command.attachment_content (look_at) where look_at is not null;

grant select, insert, update, delete on command.attachment_content to ${app_role};
