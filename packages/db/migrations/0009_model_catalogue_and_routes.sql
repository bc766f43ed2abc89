-- Kinds of providers, what is known of models, aliases of models, cached embeddings. Run as nexus_owner.

ALTER TABLE llm_providers
  DROP CONSTRAINT llm_providers_kind_check,
  ADD CONSTRAINT llm_providers_kind_check
    CHECK (kind IN ('openai', 'openrouter', 'openai_compatible', 'anthropic', 'azure_openai')),
  ADD COLUMN api_version text, -- of Azure's API
  ADD COLUMN timeouts jsonb NOT NULL DEFAULT '{}'; -- contracts: CallTimeouts; absent = the installation's

-- Prices are exact decimals, US dollars a token (a call, a picture); null = unknown, or none of its own.
ALTER TABLE llm_models
  ADD COLUMN cached_read_price_usd numeric(20, 12),
  ADD COLUMN cache_write_price_usd numeric(20, 12),
  ADD COLUMN request_price_usd numeric(20, 12),
  ADD COLUMN image_price_usd numeric(20, 12),
  ADD COLUMN reasoning_price_usd numeric(20, 12),
  ADD COLUMN context_window integer, -- tokens
  ADD COLUMN max_output_tokens integer,
  ADD COLUMN capabilities jsonb NOT NULL DEFAULT '{}', -- contracts: ModelCapabilities; absent = unknown
  ADD COLUMN source text CHECK (source IN ('manual', 'import')), -- null = nobody has said anything of this model yet
  ADD COLUMN price_version text, -- llm_usage.price_version of the calls charged with these
  ADD COLUMN priced_at timestamptz;

-- Targets name `provider/model` and are resolved at each call, so that a provider of the environment can be one and a
-- provider that is gone is passed over.
CREATE TABLE model_routes (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  alias text NOT NULL,
  description text NOT NULL DEFAULT '',
  targets jsonb NOT NULL, -- [{model, weight}], in the order of fallback
  retries jsonb NOT NULL, -- contracts: RetryPolicy
  hedge_after_ms integer,
  timeouts jsonb NOT NULL DEFAULT '{}',
  is_active boolean NOT NULL DEFAULT true,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, alias)
);

-- Vectors of texts that are of no document: those of documents are kept in chunk_embeddings, and erased with them.
CREATE TABLE llm_cache_embeddings (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  key_hash text NOT NULL, -- of tenant, caller, provider, model, dimensions and text
  sealed text NOT NULL, -- AES-256-GCM, tenant and key as additional data
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_hash)
);
CREATE INDEX llm_cache_embeddings_by_expiry ON llm_cache_embeddings (expires_at);

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['model_routes', 'llm_cache_embeddings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;
