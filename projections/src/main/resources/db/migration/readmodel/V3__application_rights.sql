-- The application keeps the read models and makes their generations; it can't change the templates they are copies of.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT USAGE, CREATE ON SCHEMA readmodel TO hindsight_app;
        GRANT SELECT ON ALL TABLES IN SCHEMA readmodel TO hindsight_app;
        GRANT INSERT, UPDATE, DELETE ON readmodel.generation, readmodel.active_generation, readmodel.parked,
            readmodel.skip, readmodel.search_index TO hindsight_app;
    END IF;
END
$$;
