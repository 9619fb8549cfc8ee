#!/usr/bin/env bash
# Makes the role SOMA_ROLE with SOMA_PASSWORD: owner of the database SOMA_DATABASE and of everything in it, superuser of nothing.
# May be repeated, and then sets the password anew. The superuser postgres is reached through the socket, as nobody else.
# The image sources it while it prepares an empty cluster, hence the subshell.
(
  set -euo pipefail
  psql --no-psqlrc --quiet --username postgres --dbname postgres --set ON_ERROR_STOP=1 \
    --set role="$SOMA_ROLE" --set password="$SOMA_PASSWORD" --set database="$SOMA_DATABASE" <<'SQL'
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', :'role', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', :'database', :'role') \gexec
\connect :"database"
-- What an earlier version made as the superuser. Parts of extensions stay, and what belongs to a table follows it.
WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
objects AS (
  SELECT 'pg_namespace'::regclass AS catalog, n.oid, n.nspowner AS owner, 'SCHEMA' AS kind, format('%I', n.nspname) AS name
    FROM pg_namespace n JOIN ours USING (oid) WHERE nspname <> 'public'
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relowner,
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, c.oid::regclass::text
    FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.proowner, 'ROUTINE', p.oid::regprocedure::text
    FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typowner, 'TYPE', t.oid::regtype::text
    FROM pg_type t JOIN ours ON ours.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
)
SELECT format('ALTER %s %s OWNER TO %I', kind, name, :'role') FROM objects
  WHERE owner = 'postgres'::regrole AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = catalog AND d.objid = objects.oid AND d.deptype = 'e')
\gexec
SQL
)
