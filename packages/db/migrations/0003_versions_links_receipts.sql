-- Versions of a document with their originals and what their conversion kept, batches, links, receipts. Run as nexus_owner.

ALTER TABLE tenants ADD COLUMN public_links_enabled boolean NOT NULL DEFAULT true;
-- How documents of the corpus are read and cut; {} = the product's defaults (contracts: IngestionSettings).
ALTER TABLE source_apps_config ADD COLUMN ingestion jsonb NOT NULL DEFAULT '{}';

-- Where the file lay among those sent with it: 'RH/2024', '' = at the top.
ALTER TABLE documents ADD COLUMN folder text NOT NULL DEFAULT '';
CREATE INDEX documents_by_name ON documents (tenant_id, source_app, filename);
CREATE INDEX documents_by_content ON documents (tenant_id, source_app, sha256);

CREATE TABLE ingestion_batches (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('upload', 'reindex')),
  name text NOT NULL,
  source_app text, -- null = several
  workspace text,
  pack_id text,
  caller_app text NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, source_app) REFERENCES source_apps_config (tenant_id, source_app)
);
CREATE INDEX ingestion_batches_by_tenant ON ingestion_batches (tenant_id, created_at DESC, id DESC);

-- One row a version, from the moment its upload begins. The columns of `documents` repeat those of the version readers see
-- (of the first one until something is published).
CREATE TABLE document_versions (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version integer NOT NULL,
  batch_id uuid,
  filename text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  object_key text NOT NULL, -- in `uploads`: the upload slot until completed, then content-addressed
  upload_expires_at timestamptz, -- null once completed
  caller_app text NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL,
  -- known once converted
  format text,
  media_type text,
  language text,
  page_count integer,
  conversion_key text, -- hash of bytes, converter and settings: the prefix of its artefacts; equal keys share them
  coverage real,
  quality real,
  conservation jsonb, -- contracts: ConservationReport
  warnings jsonb NOT NULL DEFAULT '[]', -- [{code, params}]
  -- known once published
  chunk_count integer NOT NULL DEFAULT 0,
  published_at timestamptz,
  PRIMARY KEY (tenant_id, document_id, version),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, batch_id) REFERENCES ingestion_batches (tenant_id, id)
);
CREATE INDEX document_versions_by_batch ON document_versions (tenant_id, batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX document_versions_awaited ON document_versions (tenant_id, upload_expires_at) WHERE upload_expires_at IS NOT NULL;

-- Row-level security holds for the owner too, who is of no tenant here: it would find no row to copy.
ALTER TABLE documents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ingestion_jobs NO FORCE ROW LEVEL SECURITY;
INSERT INTO document_versions (tenant_id, document_id, version, filename, size_bytes, sha256, object_key, upload_expires_at,
  caller_app, created_by, created_at, media_type, language, page_count, chunk_count, published_at)
SELECT d.tenant_id, d.id, v.version, d.filename, d.size_bytes, d.sha256, d.object_key, d.upload_expires_at, d.caller_app,
  d.created_by, coalesce(j.created_at, d.created_at),
  d.media_type, d.language, d.page_count,
  CASE WHEN v.version = d.published_version THEN d.chunk_count ELSE 0 END,
  CASE WHEN v.version = d.published_version THEN d.updated_at END
FROM documents d
CROSS JOIN LATERAL (
  SELECT version FROM ingestion_jobs WHERE tenant_id = d.tenant_id AND document_id = d.id
  UNION SELECT d.published_version WHERE d.published_version > 0
  UNION SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ingestion_jobs WHERE tenant_id = d.tenant_id AND document_id = d.id)
) v
LEFT JOIN ingestion_jobs j ON j.tenant_id = d.tenant_id AND j.document_id = d.id AND j.version = v.version;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;
ALTER TABLE ingestion_jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE ingestion_jobs
  ADD COLUMN batch_id uuid,
  ADD COLUMN step text, -- contracts: IngestionStep; the last one entered
  ADD COLUMN step_done integer,
  ADD COLUMN step_total integer, -- pages, chunks; null = not counted
  ADD COLUMN eta_s integer,
  ADD COLUMN started_at timestamptz, -- of the try under way or the last one
  ADD COLUMN is_dead_letter boolean NOT NULL DEFAULT false, -- given up after the last try: an administrator looks at it
  ADD FOREIGN KEY (tenant_id, batch_id) REFERENCES ingestion_batches (tenant_id, id);
CREATE INDEX ingestion_jobs_by_batch ON ingestion_jobs (tenant_id, batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX ingestion_jobs_dead ON ingestion_jobs (tenant_id, updated_at DESC) WHERE is_dead_letter;

ALTER TABLE artifacts DROP CONSTRAINT artifacts_kind_check;
ALTER TABLE artifacts ADD CHECK (kind IN ('json', 'markdown', 'page_image', 'picture'));

-- Vectors of the chunks of a document's newest version, so that an unchanged chunk is not embedded again.
CREATE TABLE chunk_embeddings (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  embedder_id text NOT NULL,
  passage_hash text NOT NULL, -- SHA-256 hex of the text that was embedded: title, heading path and chunk
  dense bytea NOT NULL, -- float32, little endian
  PRIMARY KEY (tenant_id, document_id, embedder_id, passage_hash),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE document_links (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  token_hash text NOT NULL UNIQUE, -- SHA-256 hex: the token has 256 random bits
  prefix text NOT NULL, -- first characters of the token, to recognise a link by
  max_downloads integer, -- null = unlimited
  downloads_count integer NOT NULL DEFAULT 0,
  last_download_at timestamptz,
  created_by uuid NOT NULL, -- the link dies with this user's right to manage the document
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX document_links_by_document ON document_links (tenant_id, document_id, created_at DESC);

-- What a deletion removed and from where, and what a look into every store found afterwards. Outlives the document:
-- no foreign key, and no text of it beyond its file name.
CREATE TABLE deletion_receipts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  document_id uuid NOT NULL,
  filename text NOT NULL,
  sha256 text NOT NULL,
  source_app text NOT NULL,
  deleted_by uuid,
  deleted_at timestamptz NOT NULL,
  removed jsonb NOT NULL, -- [{store, kind, count, bytes}]
  residue jsonb NOT NULL, -- [{store, kind, count}] of the last scan
  scanned_at timestamptz, -- null until the first scan ended
  status text NOT NULL CHECK (status IN ('pending', 'clean', 'residue'))
);
CREATE INDEX deletion_receipts_by_tenant ON deletion_receipts (tenant_id, deleted_at DESC, id DESC);
CREATE INDEX deletion_receipts_open ON deletion_receipts (tenant_id, document_id) WHERE status <> 'clean';

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY[
    'ingestion_batches', 'document_versions', 'chunk_embeddings', 'document_links', 'deletion_receipts']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;

CREATE POLICY lookup ON document_links FOR SELECT TO nexus_lookup USING (true);
GRANT SELECT (id, tenant_id, token_hash) ON document_links TO nexus_lookup;
CREATE FUNCTION lookup_document_link(hash text) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT l.tenant_id, l.id FROM document_links l WHERE l.token_hash = hash $$;
GRANT CREATE, USAGE ON SCHEMA public TO nexus_lookup;
REVOKE ALL ON FUNCTION lookup_document_link(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_document_link(text) TO nexus_app;
ALTER FUNCTION lookup_document_link(text) OWNER TO nexus_lookup;
REVOKE CREATE ON SCHEMA public FROM nexus_lookup;
