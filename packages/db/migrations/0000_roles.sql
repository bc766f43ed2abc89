-- Run by the administrator role before the first migration; safe to run again. Passwords are set by the migrator.
-- nexus_owner  owns every table, runs migrations; FORCE ROW LEVEL SECURITY binds it too
-- nexus_app    what the services log in as: owns nothing, no BYPASSRLS
-- nexus_lookup cannot log in; owns the look-ups made before a tenant is known, and reads only their columns
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_owner') THEN
    CREATE ROLE nexus_owner LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_app') THEN
    CREATE ROLE nexus_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_lookup') THEN
    CREATE ROLE nexus_lookup NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
END $$;
GRANT nexus_lookup TO nexus_owner;
