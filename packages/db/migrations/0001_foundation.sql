-- Run as nexus_owner. Every table with a tenant_id gets forced row-level security at the end of this file.
-- Foreign keys are checked past row-level security, so those between tenant tables hold the tenant too.

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  email text NOT NULL,
  email_folded text NOT NULL UNIQUE, -- one e-mail, one user, in the whole instance
  name text NOT NULL,
  password_hash text NOT NULL,
  role text NOT NULL CHECK (role IN ('superadmin', 'admin', 'manager', 'user')),
  locale text NOT NULL,
  is_service boolean NOT NULL DEFAULT false,
  is_active boolean NOT NULL DEFAULT true,
  must_change_password boolean NOT NULL DEFAULT false,
  token_version integer NOT NULL DEFAULT 1, -- raised by logout, disablement and permission changes: older tokens die at once
  created_at timestamptz NOT NULL,
  last_login_at timestamptz,
  UNIQUE (tenant_id, id)
);
CREATE INDEX users_by_tenant ON users (tenant_id, created_at, id);

CREATE TABLE source_apps_config (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  source_app text NOT NULL,
  label text NOT NULL,
  description text NOT NULL,
  egress text NOT NULL DEFAULT 'local_only' CHECK (egress IN ('local_only', 'approved')),
  approved_provider_ids uuid[] NOT NULL DEFAULT '{}',
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, source_app)
);

CREATE TABLE user_permissions (
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  source_app text NOT NULL,
  can_read boolean NOT NULL,
  can_ingest boolean NOT NULL,
  can_manage boolean NOT NULL,
  PRIMARY KEY (tenant_id, user_id, source_app),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, source_app) REFERENCES source_apps_config (tenant_id, source_app) ON DELETE CASCADE
);

CREATE TABLE caller_apps_config (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  label text NOT NULL,
  description text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, name)
);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('superadmin', 'admin', 'user')),
  prefix text NOT NULL, -- first characters, to recognise a key by
  key_hash text NOT NULL UNIQUE, -- SHA-256 hex: the key has 256 random bits, so no salt or stretching is needed
  permissions jsonb NOT NULL, -- [{source_app, permissions[]}]
  caller_apps text[] NOT NULL, -- empty = any
  created_by uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, created_at, id);

-- Failed logins per account and per address; keys are hashes. Belongs to no tenant: it is read before one is known.
CREATE TABLE login_throttle (
  key_hash text PRIMARY KEY,
  failures integer NOT NULL,
  blocked_until timestamptz,
  updated_at timestamptz NOT NULL
);

CREATE TABLE documents (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  title text NOT NULL,
  filename text NOT NULL,
  media_type text,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  source_app text NOT NULL,
  workspace text,
  pack_id text,
  external_id text,
  language text,
  pages jsonb NOT NULL DEFAULT '[]', -- [{page,width,height}] of the published version
  page_count integer,
  chunk_count integer NOT NULL DEFAULT 0,
  published_version integer NOT NULL DEFAULT 0, -- 0 = nothing readable yet; readers see this version only
  upload_expires_at timestamptz, -- null once completed
  object_key text NOT NULL, -- in `uploads`: the upload slot until completed, then content-addressed
  caller_app text NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, source_app) REFERENCES source_apps_config (tenant_id, source_app)
);
CREATE INDEX documents_by_tenant ON documents (tenant_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX documents_by_external_id ON documents (tenant_id, source_app, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE ingestion_jobs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version integer NOT NULL, -- what a success publishes
  state text NOT NULL CHECK (state IN ('queued', 'converting', 'chunking', 'embedding', 'indexing', 'success', 'failed', 'cancelled')),
  progress real NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  failure jsonb, -- {code, params}
  caller_app text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (tenant_id, document_id, version),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ingestion_jobs_by_tenant ON ingestion_jobs (tenant_id, created_at DESC, id DESC);
CREATE INDEX ingestion_jobs_open ON ingestion_jobs (updated_at) WHERE state IN ('queued', 'converting', 'chunking', 'embedding', 'indexing');

CREATE TABLE chunks (
  id uuid NOT NULL, -- derived from (document, version, ordinal): a second run writes the same rows
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version integer NOT NULL,
  ordinal integer NOT NULL,
  text text NOT NULL,
  content_hash text NOT NULL, -- SHA-256 hex of text
  heading_path text[] NOT NULL,
  page_start integer,
  page_end integer,
  bboxes jsonb NOT NULL, -- [{page,l,t,r,b}]
  spans jsonb NOT NULL, -- [{start,end,box}]
  is_table boolean NOT NULL,
  language text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, document_id, version, ordinal),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE artifacts (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  version integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('json', 'markdown', 'page_image')),
  page integer NOT NULL DEFAULT 0, -- 0 unless kind = page_image
  object_key text NOT NULL, -- in `artifacts`
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (tenant_id, document_id, version, kind, page),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);

-- BM25 needs per-tenant counts: how many chunks, and how many of them hold each term.
CREATE TABLE corpus_statistics (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  index_version text NOT NULL,
  chunk_count bigint NOT NULL,
  epoch bigint NOT NULL, -- raised by every publication and deletion
  PRIMARY KEY (tenant_id, index_version)
);
CREATE TABLE term_statistics (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  index_version text NOT NULL,
  term_id bigint NOT NULL, -- unsigned 32 bits
  chunk_count bigint NOT NULL,
  PRIMARY KEY (tenant_id, index_version, term_id)
);

-- Embedded vector store: the points are the truth, each reading process keeps a copy in memory (packages/vector-store).
CREATE TABLE vector_collections (
  name text PRIMARY KEY,
  dimensions integer NOT NULL,
  embedder_id text NOT NULL
);
-- The row lock taken to raise last_change serialises a tenant's writers, so change numbers follow commit order.
CREATE TABLE vector_changes (
  collection text NOT NULL REFERENCES vector_collections (name),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  last_change bigint NOT NULL,
  pruned_through bigint NOT NULL DEFAULT 0, -- deletions up to here are forgotten: a reader behind it loads anew
  point_count bigint NOT NULL DEFAULT 0, -- rows of vector_points, so that the memory limit is known before writing
  PRIMARY KEY (collection, tenant_id)
);
CREATE TABLE vector_points (
  collection text NOT NULL REFERENCES vector_collections (name),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  change bigint NOT NULL,
  dense bytea, -- float32, little endian
  sparse_ids bytea, -- uint32, little endian, ascending
  sparse_values bytea, -- float32, little endian
  payload jsonb NOT NULL,
  -- Operators of jsonb are not leakproof, so under row-level security only a plain column can use an index.
  document_id text GENERATED ALWAYS AS (payload ->> 'document_id') STORED,
  PRIMARY KEY (collection, tenant_id, id)
);
CREATE INDEX vector_points_by_document ON vector_points (collection, tenant_id, document_id);
CREATE INDEX vector_points_by_change ON vector_points (collection, tenant_id, change);
CREATE TABLE vector_deletions (
  collection text NOT NULL REFERENCES vector_collections (name),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  change bigint NOT NULL,
  PRIMARY KEY (collection, tenant_id, id)
);
CREATE INDEX vector_deletions_by_change ON vector_deletions (collection, tenant_id, change);

-- Embedded queue: wakes workers; the row a message points to is the truth.
CREATE TABLE queue_messages (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  queue text NOT NULL,
  subject_id uuid NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  available_at timestamptz NOT NULL, -- waiting: when it is due; running: when its lease ends
  lease_token uuid, -- null = waiting
  rerun_at timestamptz, -- enqueued again while it ran: due anew at this time once the run ends
  cancel_requested boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, queue, subject_id)
);
CREATE INDEX queue_messages_due ON queue_messages (queue, tenant_id, available_at, id);
-- Whose turn it is: the tenant served longest ago comes first, however long another's backlog is.
CREATE TABLE queue_turns (
  queue text NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  served_at timestamptz,
  PRIMARY KEY (queue, tenant_id)
);

CREATE TABLE llm_providers (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openai', 'openrouter', 'openai_compatible')),
  base_url text NOT NULL,
  location text NOT NULL CHECK (location IN ('local', 'external')),
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, name),
  UNIQUE (tenant_id, id)
);
CREATE TABLE llm_models (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  name text NOT NULL, -- as the provider calls it
  is_default boolean NOT NULL DEFAULT false,
  input_price_usd numeric(20, 12), -- per token; null = unknown
  output_price_usd numeric(20, 12),
  UNIQUE (tenant_id, provider_id, name),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES llm_providers (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX llm_models_one_default ON llm_models (tenant_id) WHERE is_default;
CREATE TABLE llm_credentials (
  provider_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  key_id text NOT NULL, -- which LLM_CREDENTIALS_ENC_KEY
  nonce bytea NOT NULL,
  ciphertext bytea NOT NULL, -- AES-256-GCM, tenant and provider as additional data
  created_at timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, provider_id) REFERENCES llm_providers (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE llm_cache_exact (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  key_hash text NOT NULL,
  model text NOT NULL,
  response jsonb NOT NULL, -- a complete chat.completion
  document_ids uuid[] NOT NULL, -- what the evidence came from: their change or deletion drops the entry
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_hash)
);
CREATE INDEX llm_cache_exact_by_document ON llm_cache_exact USING gin (document_ids);
CREATE INDEX llm_cache_exact_by_expiry ON llm_cache_exact (expires_at);

-- One row a Gateway call. Never holds prompt or answer text.
CREATE TABLE llm_usage (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  query_id uuid,
  user_id text,
  source_app text,
  endpoint text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  is_stream boolean NOT NULL,
  status integer NOT NULL,
  error_code text,
  cache_status text NOT NULL,
  finish_reason text,
  prompt_tokens integer,
  completion_tokens integer,
  is_usage_estimated boolean NOT NULL DEFAULT false,
  cost_usd numeric(20, 12),
  saved_cost_usd numeric(20, 12),
  document_ids uuid[] NOT NULL DEFAULT '{}', -- whose text went out
  egress text NOT NULL CHECK (egress IN ('none', 'local', 'external')),
  total_ms real NOT NULL,
  upstream_ms real,
  first_chunk_ms real,
  created_at timestamptz NOT NULL
);
CREATE INDEX llm_usage_by_time ON llm_usage (tenant_id, created_at);

CREATE TABLE queries_log (
  id uuid PRIMARY KEY, -- query_id
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  principal_kind text NOT NULL,
  principal_id uuid NOT NULL,
  caller_app text NOT NULL,
  thread_id text,
  source_app text,
  workspace text,
  pack_id text,
  language text,
  status text NOT NULL CHECK (status IN ('answered', 'no_sources', 'clarify', 'failed', 'aborted')),
  error_code text,
  question text, -- null unless QUERIES_LOG_STORE_QUESTION
  answer text, -- null unless QUERIES_LOG_STORE_ANSWER
  citations jsonb NOT NULL, -- whitelisted fields, never chunk text
  model text,
  cache_status text NOT NULL,
  prompt_tokens integer,
  completion_tokens integer,
  cost_usd numeric(20, 12),
  retrieval jsonb NOT NULL, -- candidates, kept, best score, document ids
  retrieval_query_final text, -- null unless QUERIES_LOG_STORE_QUESTION
  timings_ms jsonb NOT NULL,
  total_ms real NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX queries_log_by_time ON queries_log (tenant_id, created_at);

-- Row-level security -------------------------------------------------------------------------------------------
DO $$
DECLARE
  table_name text;
BEGIN
  FOR table_name IN
    SELECT c.table_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON tenants USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO nexus_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_throttle TO nexus_app;
GRANT SELECT, INSERT ON vector_collections TO nexus_app;

-- Look-ups made before a tenant is known: (tenant_id, id) and nothing else -------------------------------------
CREATE POLICY lookup ON tenants FOR SELECT TO nexus_lookup USING (true);
CREATE POLICY lookup ON users FOR SELECT TO nexus_lookup USING (true);
CREATE POLICY lookup ON api_keys FOR SELECT TO nexus_lookup USING (true);
CREATE POLICY lookup ON ingestion_jobs FOR SELECT TO nexus_lookup USING (true);
CREATE POLICY lookup ON queue_messages FOR ALL TO nexus_lookup USING (true) WITH CHECK (true);
CREATE POLICY lookup ON queue_turns FOR ALL TO nexus_lookup USING (true) WITH CHECK (true);
GRANT SELECT (id) ON tenants TO nexus_lookup;
GRANT SELECT (id, tenant_id, email_folded) ON users TO nexus_lookup;
GRANT SELECT (id, tenant_id, key_hash) ON api_keys TO nexus_lookup;
GRANT SELECT (id, tenant_id, state, updated_at) ON ingestion_jobs TO nexus_lookup;
GRANT SELECT, UPDATE ON queue_messages, queue_turns TO nexus_lookup;

CREATE FUNCTION lookup_tenants() RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT t.id, t.id FROM tenants t ORDER BY t.id $$;

CREATE FUNCTION lookup_user_by_email(folded text) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT u.tenant_id, u.id FROM users u WHERE u.email_folded = folded $$;

CREATE FUNCTION lookup_api_key(hash text) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT k.tenant_id, k.id FROM api_keys k WHERE k.key_hash = hash $$;

CREATE FUNCTION lookup_ingestion_job(job_id uuid) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT j.tenant_id, j.id FROM ingestion_jobs j WHERE j.id = job_id $$;

-- Open jobs untouched since `before`: the reconciler wakes the ones whose message was lost.
CREATE FUNCTION lookup_stale_ingestion_jobs(before timestamptz, at_most integer) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$
    SELECT j.tenant_id, j.id FROM ingestion_jobs j
    WHERE j.state IN ('queued', 'converting', 'chunking', 'embedding', 'indexing') AND j.updated_at < before
    ORDER BY j.updated_at LIMIT at_most
  $$;

-- Leases up to `at_most` due messages of one queue. Tenants take turns: nobody's second message before everybody's
-- first, and the tenant served longest ago begins. One index probe a tenant, whatever the backlog. The lock makes
-- claims of one queue follow one another, so that two workers never judge the same turn; enqueue does not take it.
CREATE FUNCTION queue_claim(queue_name text, token uuid, lease_ms integer, at_most integer)
  RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('queue_claim:' || queue_name, 0));
    RETURN QUERY
      WITH due AS (
        SELECT first.id, t.tenant_id, t.served_at, first.available_at,
               row_number() OVER (PARTITION BY t.tenant_id ORDER BY first.available_at, first.id) AS turn
        FROM queue_turns t CROSS JOIN LATERAL (
          SELECT m.id, m.available_at FROM queue_messages m
          WHERE m.queue = queue_name AND m.tenant_id = t.tenant_id AND m.available_at <= clock_timestamp()
          ORDER BY m.available_at, m.id LIMIT at_most FOR UPDATE SKIP LOCKED
        ) first
        WHERE t.queue = queue_name
      ), chosen AS (
        SELECT due.id, due.tenant_id FROM due ORDER BY due.turn, due.served_at NULLS FIRST, due.available_at, due.id LIMIT at_most
      ), served AS (
        UPDATE queue_turns t SET served_at = clock_timestamp()
        WHERE t.queue = queue_name AND t.tenant_id IN (SELECT chosen.tenant_id FROM chosen)
      )
      UPDATE queue_messages m
      SET available_at = clock_timestamp() + make_interval(secs => lease_ms / 1000.0), lease_token = token, attempt = m.attempt + 1
      FROM chosen WHERE m.id = chosen.id
      RETURNING m.tenant_id, m.id;
  END $$;

DO $$
DECLARE
  signature text;
BEGIN
  GRANT CREATE, USAGE ON SCHEMA public TO nexus_lookup; -- PostgreSQL asks for CREATE to take a function over
  FOREACH signature IN ARRAY ARRAY[
    'lookup_tenants()', 'lookup_user_by_email(text)', 'lookup_api_key(text)', 'lookup_ingestion_job(uuid)',
    'lookup_stale_ingestion_jobs(timestamptz, integer)', 'queue_claim(text, uuid, integer, integer)']
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO nexus_app', signature);
    EXECUTE format('ALTER FUNCTION %s OWNER TO nexus_lookup', signature);
  END LOOP;
  REVOKE CREATE ON SCHEMA public FROM nexus_lookup;
END $$;
GRANT USAGE ON SCHEMA public TO nexus_app;
