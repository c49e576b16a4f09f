-- Tickets whose keys a pass of retention has ended, written in the same transaction, until everything made of them is
-- forgotten: whoever goes on with a pass that stopped half way finds them here.
CREATE TABLE command.retention_ticket (
    run    uuid NOT NULL REFERENCES command.retention_run (id) ON DELETE CASCADE,
    ticket uuid NOT NULL,
    PRIMARY KEY (run, ticket)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON command.retention_ticket TO ${app_role};
