-- Forgetting somebody is destroying their key. The application may do just that, to one person or ticket at a time: the
-- function belongs to the schema's owner, and the application has no right of its own to touch a key's end.

-- Destroys the owner's key and those wrapped by it; done again it changes nothing.
CREATE FUNCTION keys.destroy(of_owner text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    destroyed bigint;
BEGIN
    IF of_owner !~ '^(person|ticket):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        RAISE EXCEPTION 'only keys of people and tickets are destroyed' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE keys.data_key k SET wrapped_key = NULL, destroyed_at = clock_timestamp()
     WHERE k.wrapped_key IS NOT NULL
       AND (k.owner = of_owner
            OR k.wrapped_by = (SELECT o.key_id FROM keys.data_key o WHERE o.owner = of_owner));
    GET DIAGNOSTICS destroyed = ROW_COUNT;
    RETURN destroyed;
END
$$;

REVOKE ALL ON FUNCTION keys.destroy(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys.destroy(text) TO ${app_role};
