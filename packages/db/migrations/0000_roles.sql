-- Run by the administrator before the numbered migrations; safe to run again. The migrator sets nexus_app's password.
-- nexus_owner  cannot log in; owns every table; the administrator becomes it (SET ROLE) to run the migrations.
--              NOINHERIT: being a member of nexus_lookup lets it hand functions over, not read across tenants.
-- nexus_app    what the services log in as: owns nothing, no BYPASSRLS
-- nexus_lookup cannot log in; owns the look-ups made before a tenant is known, and reads only their columns
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_owner') THEN
    CREATE ROLE nexus_owner NOLOGIN NOINHERIT;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_app') THEN
    CREATE ROLE nexus_app LOGIN NOINHERIT;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nexus_lookup') THEN
    CREATE ROLE nexus_lookup NOLOGIN NOINHERIT;
  END IF;
  IF NOT pg_has_role('nexus_owner', 'nexus_lookup', 'MEMBER') THEN
    GRANT nexus_lookup TO nexus_owner;
  END IF;
  IF current_setting('is_superuser') = 'off' THEN
    GRANT nexus_owner TO CURRENT_USER;
  END IF;
END $$;
