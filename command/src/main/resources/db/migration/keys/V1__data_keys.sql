-- The data keys under which personal data in the log is sealed. They have a backup chain of their own, so that backups
-- of the log alone carry ciphertext only.
CREATE TABLE keys.data_key (
    key_id uuid PRIMARY KEY,
    -- person:<id>, ticket:<id> or system
    owner text NOT NULL UNIQUE,
    -- The key whose wrapping key wraps this one; null: the master key, which is not in the database. No foreign key:
    -- rows are never deleted, and its check would lock a requester's row for every ticket.
    wrapped_by uuid,
    -- RFC 3394 of 32 bytes of key and 32 bytes of salt; null once destroyed.
    wrapped_key bytea CHECK (octet_length(wrapped_key) = 72),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);

-- What falls with a person's key.
CREATE INDEX data_key_wrapped_by ON keys.data_key (wrapped_by) WHERE wrapped_by IS NOT NULL;

-- Secrets for finding equal values without storing them, wrapped by the master key.
CREATE TABLE keys.lookup_key (
    name text PRIMARY KEY,
    wrapped_key bytea NOT NULL CHECK (octet_length(wrapped_key) = 40),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Destroying keys is not among the application's everyday rights.
GRANT USAGE ON SCHEMA keys TO ${app_role};
GRANT SELECT, INSERT, UPDATE (wrapped_by, wrapped_key) ON keys.data_key TO ${app_role};
GRANT SELECT, INSERT ON keys.lookup_key TO ${app_role};
