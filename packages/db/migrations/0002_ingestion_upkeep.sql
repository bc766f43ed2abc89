-- What ingestion needs to take back exactly what it put in, and to sweep up after a worker that died. Run as nexus_owner.

-- How many chunks of the published version hold each term: what a publication added to the statistics, and what the
-- next one or the deletion subtracts, whatever the analyser has become since.
CREATE TABLE document_terms (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  index_version text NOT NULL, -- whose statistics hold the counts
  chunk_count integer NOT NULL,
  term_ids bigint[] NOT NULL, -- ascending
  term_chunk_counts integer[] NOT NULL, -- in the order of term_ids
  PRIMARY KEY (tenant_id, document_id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);

-- Set once nothing is left of what the job must not leave behind: its own version when it failed or was cancelled, the
-- versions before it when it succeeded. A final job without it is swept.
ALTER TABLE ingestion_jobs ADD COLUMN cleaned_at timestamptz;
CREATE INDEX ingestion_jobs_unclean ON ingestion_jobs (tenant_id, updated_at)
  WHERE cleaned_at IS NULL AND state IN ('success', 'failed', 'cancelled');

-- Every deleted document, until its points and objects are surely gone: a worker may have been writing them.
-- No foreign key: the row is written while its tenant may be going too.
CREATE TABLE document_deletions (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  deleted_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, document_id)
);
CREATE FUNCTION remember_document_deletion() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, public
  AS $$
  BEGIN
    INSERT INTO document_deletions (tenant_id, document_id, deleted_at)
    VALUES (OLD.tenant_id, OLD.id, clock_timestamp());
    RETURN NULL;
  END $$;
CREATE TRIGGER remember_deletion AFTER DELETE ON documents FOR EACH ROW EXECUTE FUNCTION remember_document_deletion();

-- When each maintenance task last began: the replica that moves the time forward runs it.
CREATE TABLE maintenance_runs (
  task text PRIMARY KEY,
  started_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON maintenance_runs TO nexus_app;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['document_terms', 'document_deletions']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;
