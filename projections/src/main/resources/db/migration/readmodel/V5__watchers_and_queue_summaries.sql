-- Who watches a ticket, in the order in which they came.
ALTER TABLE readmodel.ticket ADD COLUMN watchers uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX ticket_watchers_idx ON readmodel.ticket USING gin (watchers) WHERE watchers <> '{}';

-- Queue summaries count all tickets that are not final by queue, status, priority and age: from this index alone.
CREATE INDEX ticket_waiting_idx ON readmodel.ticket (queue, status, priority, created_at)
    WHERE status IN ('NEW', 'OPEN', 'PENDING', 'ON_HOLD', 'RESOLVED');
