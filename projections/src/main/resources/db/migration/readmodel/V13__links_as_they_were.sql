-- Which tickets ever linked to a ticket, also where the link is undone: by the first link that a timeline's entry tells,
-- so that a past moment shows links from both ends. Generations that are there get it when the application starts.
CREATE INDEX ticket_timeline_linked_idx ON readmodel.ticket_timeline (
    (coalesce(jsonb_path_query_first(changes, '$[*] ? (@.field starts with "links.")') ->> 'after',
              jsonb_path_query_first(changes, '$[*] ? (@.field starts with "links.")') ->> 'before')))
    WHERE event IN ('TicketOpened', 'TicketLinked', 'TicketUnlinked')
        AND jsonb_path_exists(changes, '$[*] ? (@.field starts with "links.")');

-- A revert may undo and restore many links at once.
CREATE INDEX ticket_timeline_reverted_idx ON readmodel.ticket_timeline USING gin (changes jsonb_path_ops)
    WHERE event = 'TicketReverted';
