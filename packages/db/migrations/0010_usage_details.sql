-- What a call's row says besides: who called, what was asked for and tried, what the provider counted. Run as nexus_owner.

ALTER TABLE llm_usage
  ADD COLUMN caller_app text,
  ADD COLUMN key_id uuid,                 -- the virtual key; null = an internal call
  ADD COLUMN requested_model text,        -- as the caller wrote it: an alias, a bare name, provider/model
  ADD COLUMN cached_tokens integer,       -- of prompt_tokens: read from the provider's own cache
  ADD COLUMN cache_write_tokens integer,  -- of prompt_tokens: written to the provider's own cache
  ADD COLUMN reasoning_tokens integer,    -- of completion_tokens
  ADD COLUMN attempts integer NOT NULL DEFAULT 0, -- requests sent to providers
  ADD COLUMN fallback_from text,          -- provider/model that failed first; null = the first one answered
  ADD COLUMN trace_id text,
  ADD COLUMN similarity real,             -- of a semantic hit
  ADD COLUMN cache_entry_id uuid,         -- of a semantic hit
  ADD COLUMN cache_lookup_ms real,
  ADD COLUMN provider_request_id text,
  ADD COLUMN price_version text;          -- which prices the cost was computed with

-- The one read of every call, in one statement instead of three (begin and set the tenant, read, commit): it sets the
-- tenant for its own transaction and then reads under row-level security like everyone else.
CREATE FUNCTION gateway_look_up(tenant uuid, key_hashes text[], at timestamptz, source_apps text[])
RETURNS TABLE (entries jsonb, egress jsonb)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.tenant_id', tenant::text, true);
  IF cardinality(key_hashes) > 0 THEN
    SELECT jsonb_agg(jsonb_build_object('key_hash', c.key_hash, 'response', c.response,
                                        'created_at_ms', extract(epoch FROM c.created_at) * 1000))
      INTO entries
      FROM llm_cache_exact c
     WHERE c.key_hash = ANY (key_hashes) AND c.expires_at > at;
  END IF;
  IF cardinality(source_apps) > 0 THEN
    SELECT jsonb_agg(jsonb_build_object('source_app', a.source_app, 'egress', a.egress,
                                        'approved_provider_ids', a.approved_provider_ids))
      INTO egress
      FROM source_apps_config a
     WHERE a.source_app = ANY (source_apps);
  END IF;
  RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION gateway_look_up(uuid, text[], timestamptz, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gateway_look_up(uuid, text[], timestamptz, text[]) TO nexus_app;
