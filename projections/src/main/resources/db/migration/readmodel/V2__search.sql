-- Read model "ticket-search" follows the rows of "tickets": it asks for those that changed after its position.
CREATE INDEX ticket_position_idx ON readmodel.ticket (last_position);

-- The OpenSearch index behind a generation. An index that was lost and made anew has another uuid: it is then filled
-- from the beginning, whatever position the registry holds.
CREATE TABLE readmodel.search_index (
    generation integer NOT NULL PRIMARY KEY,
    uuid       text    NOT NULL
);
