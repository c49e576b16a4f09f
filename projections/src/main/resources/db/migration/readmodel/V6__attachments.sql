-- Tickets, definition version 3: attachments that are there, as their last event tells. The wrapped key opens nothing once
-- the ticket's is destroyed.
CREATE TABLE readmodel.ticket_attachment (
    ticket_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    version       bigint      NOT NULL,
    last_position bigint      NOT NULL,
    message_id    uuid,                 -- null while it waits on the ticket
    uploader      uuid,
    at            timestamptz NOT NULL, -- when it came where it is: on the ticket, or on its message
    internal      boolean     NOT NULL, -- not for requesters
    size          bigint      NOT NULL, -- bytes of the plain text
    content       text        NOT NULL, -- SHA-256 of the ciphertext
    wrapped_key   text        NOT NULL,
    name          text        NOT NULL,
    type          text        NOT NULL,
    sha256        text        NOT NULL, -- of the plain text
    PRIMARY KEY (ticket_id, id)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT SELECT ON readmodel.ticket_attachment TO hindsight_app;
    END IF;
END
$$;
