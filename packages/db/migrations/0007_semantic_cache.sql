-- Answers found by the likeness of questions, what is known of how right they are, and the cache's policy. Run as nexus_owner.

-- Of the organisation (pack_id '') or of one pack, which then follows its own. No row: the defaults of the process.
CREATE TABLE cache_settings (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  pack_id text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('disabled', 'exact', 'semantic', 'mixed')),
  ttl_seconds integer NOT NULL,
  threshold real NOT NULL,
  top_k integer NOT NULL,
  shadow boolean NOT NULL,
  max_error_rate real NOT NULL,
  recheck_rate real NOT NULL,
  store_tool_calls boolean NOT NULL,
  store_any_temperature boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, pack_id)
);

-- The truth of `llm_cache_semantic`: a point of the vector store without its row here is nothing. So an entry that a
-- transaction deletes is gone for every replica when it commits.
CREATE TABLE llm_cache_semantic_entries (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  scope_hash text NOT NULL, -- all that changes an answer but question and evidence (answer-cache: semanticScopeHash)
  source_app text,
  pack_id text,
  language text NOT NULL,
  model text NOT NULL,
  embedder_id text NOT NULL,
  question text NOT NULL, -- sealed, as the answer is: docs/decisions/0005-cached-text.md
  response text NOT NULL, -- sealed
  evidence text[] NOT NULL, -- chunk:hash of what the model was given, best first
  cited text[] NOT NULL, -- those of them the answer names
  corpus_epoch bigint NOT NULL,
  document_ids uuid[] NOT NULL, -- their change or deletion drops the entry
  threshold real NOT NULL, -- its own, raised by each disagreement
  hits integer NOT NULL DEFAULT 0,
  agreed integer NOT NULL DEFAULT 0,
  disagreed integer NOT NULL DEFAULT 0,
  rejections jsonb NOT NULL DEFAULT '{}', -- reason → how often a question near it did not get its answer
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_hit_at timestamptz
);
CREATE INDEX llm_cache_semantic_by_document ON llm_cache_semantic_entries USING gin (document_ids);
CREATE INDEX llm_cache_semantic_by_expiry ON llm_cache_semantic_entries (expires_at);
CREATE INDEX llm_cache_semantic_by_tenant ON llm_cache_semantic_entries (tenant_id, created_at DESC, id DESC);

-- Points whose entry is gone and that are still to be taken out of the vector store.
CREATE TABLE llm_cache_semantic_orphans (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE FUNCTION note_semantic_orphan() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
  AS $$
  BEGIN
    INSERT INTO llm_cache_semantic_orphans (tenant_id, id)
    SELECT OLD.tenant_id, OLD.id WHERE EXISTS (SELECT FROM tenants t WHERE t.id = OLD.tenant_id) -- else it goes as a whole
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
CREATE TRIGGER semantic_entry_gone AFTER DELETE ON llm_cache_semantic_entries
  FOR EACH ROW EXECUTE FUNCTION note_semantic_orphan();

-- What outlives the entries: how right the cache was, by day (UTC). Numbers only.
CREATE TABLE llm_cache_semantic_days (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  day date NOT NULL,
  lookups bigint NOT NULL DEFAULT 0,
  hits bigint NOT NULL DEFAULT 0,
  shadow_hits bigint NOT NULL DEFAULT 0,
  agreed bigint NOT NULL DEFAULT 0,
  disagreed bigint NOT NULL DEFAULT 0,
  reported_wrong bigint NOT NULL DEFAULT 0,
  rejections jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, day)
);

-- Adds the counts of one object to those of another.
CREATE FUNCTION add_counts(a jsonb, b jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
  AS $$
    SELECT coalesce(jsonb_object_agg(key, total), '{}')
      FROM (SELECT key, sum(value::bigint) AS total
              FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) both_of_them
             GROUP BY key) sums
  $$;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY
    ARRAY['cache_settings', 'llm_cache_semantic_entries', 'llm_cache_semantic_orphans', 'llm_cache_semantic_days']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;
