-- The keys that sign checkpoints of the ledger. The public halves stay for ever, each with its range of sizes; a private
-- half is here, wrapped by the master key, only while its key signs.
CREATE TABLE keys.signing_key (
    number integer PRIMARY KEY,
    -- C2SP signed-note: name+hash+base64
    public_key text NOT NULL UNIQUE,
    -- RFC 3394 of the 32 bytes of RFC 8032; null once another key has taken over.
    wrapped_key bytea CHECK (octet_length(wrapped_key) = 40),
    -- Signs checkpoints of these sizes; to_size is null while it signs.
    from_size bigint NOT NULL,
    to_size bigint,
    -- How this key took over: a note signed by the key before and by this one. Null for the first.
    rotation text,
    -- Whether that stands in the log yet.
    recorded boolean NOT NULL DEFAULT false,
    actor jsonb,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((number = 1) = (rotation IS NULL)),
    CHECK ((wrapped_key IS NULL) = (to_size IS NOT NULL))
);

-- One at a time.
CREATE UNIQUE INDEX signing_key_current ON keys.signing_key ((true)) WHERE to_size IS NULL;

GRANT SELECT, INSERT, UPDATE (wrapped_key, to_size, recorded) ON keys.signing_key TO ${app_role};
