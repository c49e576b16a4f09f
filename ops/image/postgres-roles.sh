#!/bin/bash
# Run once by the PostgreSQL image on an empty data directory: the two roles that the application knows. The owner runs
# migrations, the application's own role may not change the schemas.
set -euo pipefail
owner=$(cat /run/secrets/hindsight.database.owner-password)
app=$(cat /run/secrets/hindsight.database.password)
psql -v ON_ERROR_STOP=1 -v owner="$owner" -v app="$app" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE hindsight_owner LOGIN PASSWORD :'owner';
CREATE ROLE hindsight_app LOGIN PASSWORD :'app';
ALTER DATABASE hindsight OWNER TO hindsight_owner;
REVOKE ALL ON DATABASE hindsight FROM PUBLIC;
GRANT CONNECT ON DATABASE hindsight TO hindsight_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
