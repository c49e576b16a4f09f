-- Directory, definition version 3: what people, queues and teams were called, so that history shows the names of its time.
-- The n-th name holds from the n-th position on, up to the next one's.
ALTER TABLE readmodel.person ADD COLUMN names text[] NOT NULL DEFAULT '{}';
ALTER TABLE readmodel.person ADD COLUMN names_since bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE readmodel.queue ADD COLUMN names text[] NOT NULL DEFAULT '{}';
ALTER TABLE readmodel.queue ADD COLUMN names_since bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE readmodel.team ADD COLUMN names text[] NOT NULL DEFAULT '{}';
ALTER TABLE readmodel.team ADD COLUMN names_since bigint[] NOT NULL DEFAULT '{}';
