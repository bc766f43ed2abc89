-- Guards of model calls, by tenant and source_app; look-ups of one question's calls. Run as nexus_owner.

CREATE TABLE guardrail_settings (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  source_app text, -- null = every call whose source_app has no row of its own
  settings jsonb NOT NULL, -- contracts: GuardSettings
  updated_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant_id, source_app),
  FOREIGN KEY (tenant_id, source_app) REFERENCES source_apps_config (tenant_id, source_app) ON DELETE CASCADE
);

CREATE INDEX llm_usage_by_query ON llm_usage (tenant_id, query_id) WHERE query_id IS NOT NULL;

ALTER TABLE guardrail_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE guardrail_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON guardrail_settings
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON guardrail_settings TO nexus_app;
