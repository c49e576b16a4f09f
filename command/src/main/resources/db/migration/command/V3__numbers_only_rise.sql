-- The application draws numbers and never sets the sequence back.
revoke update on sequence command.ticket_number_seq from ${app_role};
