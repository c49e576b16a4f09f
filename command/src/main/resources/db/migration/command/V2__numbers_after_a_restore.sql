-- Filling the derived tables from the log puts the sequence behind the highest number that was given.
grant update on sequence command.ticket_number_seq to ${app_role};
