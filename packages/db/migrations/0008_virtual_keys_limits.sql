-- Virtual keys of the Gateway; limits of calls, what they have counted, what calls under way hold. Run as nexus_owner.

CREATE TABLE virtual_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  prefix text NOT NULL, -- first characters, to recognise a key by
  key_hash text NOT NULL UNIQUE, -- SHA-256 hex: the key has 256 random bits
  caller_app text NOT NULL,
  source_app text,
  user_id uuid, -- whose calls these are; the key ends with the account
  allowed_models text[], -- contracts: ModelPattern; null = all
  egress text NOT NULL CHECK (egress IN ('local_only', 'approved')),
  approved_provider_ids uuid[] NOT NULL,
  shares_cache boolean NOT NULL,
  created_by uuid, -- a user or a service key; the key ends with the right to make it
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  FOREIGN KEY (tenant_id, source_app) REFERENCES source_apps_config (tenant_id, source_app) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX virtual_keys_by_tenant ON virtual_keys (tenant_id, created_at DESC, id DESC);

CREATE TABLE usage_limits (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  subject_kind text NOT NULL CHECK (subject_kind IN ('tenant', 'key', 'caller_app', 'user', 'source_app')),
  subject_id text, -- null = the tenant; of another kind, each one that has no such limit of its own
  metric text NOT NULL CHECK (metric IN ('requests', 'tokens', 'cost_micro_usd')),
  period text NOT NULL CHECK (period IN ('minute', 'day', 'month')), -- of the calendar in UTC
  amount bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, subject_kind, subject_id, metric, period)
);

-- One row a limit and subject, begun anew with each window: it does not grow with time.
CREATE TABLE usage_counters (
  tenant_id uuid NOT NULL,
  limit_id uuid NOT NULL,
  subject text NOT NULL, -- '' = the tenant
  window_start timestamptz NOT NULL,
  used bigint NOT NULL, -- settled
  reserved bigint NOT NULL, -- the sum of usage_reservations of this window
  PRIMARY KEY (tenant_id, limit_id, subject),
  FOREIGN KEY (tenant_id, limit_id) REFERENCES usage_limits (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50); -- room beside each row for its next version: no index is touched by an update

CREATE TABLE usage_reservations (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL, -- of the call
  limit_id uuid NOT NULL,
  subject text NOT NULL,
  window_start timestamptz NOT NULL,
  amount bigint NOT NULL,
  expires_at timestamptz NOT NULL, -- the lease: whoever reserved and never settled has died
  PRIMARY KEY (id, limit_id), -- not the tenant: calls are found by their id alone, however many a tenant has under way
  FOREIGN KEY (tenant_id, limit_id, subject) REFERENCES usage_counters (tenant_id, limit_id, subject) ON DELETE CASCADE
);
CREATE INDEX usage_reservations_by_lease ON usage_reservations (expires_at);

-- Locks are taken in one order by everyone: counters by (limit_id, subject), and a counter before its reservations. So
-- no two calls wait for each other. Both functions set the tenant for their own transaction, so that a call costs one
-- statement, and then read and write under row-level security like everyone else.

-- Holds what one call may use against every limit that applies to it, or nothing at all. One row a limit: is_admitted is
-- the same in all; used and reserved are without this call when it is not admitted. No row: no limit applies.
-- A cost that is not known fits no limit. A commit does not wait for the disk: a crash of the server forgets the
-- counts of its last moments (at most 3 × wal_writer_delay, 0.6 s), a crash of a caller none.
CREATE FUNCTION reserve_usage(tenant uuid, reservation uuid, key_id text, caller_app text, user_id text, source_app text,
    tokens bigint, cost bigint, lease_ms integer)
  RETURNS TABLE (is_admitted boolean, has_expired boolean, limit_id uuid, kind text, metric text, period text,
    amount bigint, needed bigint, used bigint, reserved bigint, resets_in_s integer)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp
  AS $$
  #variable_conflict use_column
  DECLARE
    moment timestamptz := clock_timestamp();
    lines jsonb;
    fits boolean;
    expired boolean := false;
  BEGIN
    PERFORM set_config('app.tenant_id', tenant::text, true), set_config('synchronous_commit', 'off', true);
    WITH applicable AS (
      SELECT DISTINCT ON (l.subject_kind, l.metric, l.period)
        l.id, asked.subject, l.subject_kind, l.metric, l.period, l.amount,
        date_trunc(l.period, moment, 'UTC') AS begins,
        CASE l.metric WHEN 'requests' THEN 1 WHEN 'tokens' THEN tokens ELSE coalesce(cost, l.amount + 1) END AS needed
      FROM (VALUES ('tenant', ''), ('key', key_id), ('caller_app', caller_app), ('user', user_id),
              ('source_app', source_app)) AS asked (kind, subject)
      JOIN usage_limits l ON l.tenant_id = tenant AND l.subject_kind = asked.kind
        AND (l.subject_id = asked.subject OR l.subject_id IS NULL)
      WHERE asked.subject IS NOT NULL
      ORDER BY l.subject_kind, l.metric, l.period, l.subject_id NULLS LAST
    ), held AS (
      INSERT INTO usage_counters AS c (tenant_id, limit_id, subject, window_start, used, reserved)
      SELECT tenant, a.id, a.subject, a.begins, 0, a.needed FROM applicable a ORDER BY a.id, a.subject
      ON CONFLICT (tenant_id, limit_id, subject) DO UPDATE SET
        used = CASE WHEN excluded.window_start > c.window_start THEN 0 ELSE c.used END,
        reserved = CASE WHEN excluded.window_start > c.window_start THEN 0 ELSE c.reserved END + excluded.reserved,
        window_start = greatest(c.window_start, excluded.window_start)
      RETURNING c.limit_id, c.subject, c.window_start, c.used, c.reserved
    )
    SELECT jsonb_agg(jsonb_build_object('limit_id', a.id, 'subject', a.subject, 'kind', a.subject_kind,
             'metric', a.metric, 'period', a.period, 'amount', a.amount, 'needed', a.needed,
             'window_start', h.window_start, 'used', h.used, 'reserved', h.reserved)),
           bool_and(h.used + h.reserved <= a.amount)
      INTO lines, fits
      FROM applicable a JOIN held h ON h.limit_id = a.id AND h.subject = a.subject;
    IF fits THEN
      INSERT INTO usage_reservations (tenant_id, id, limit_id, subject, window_start, amount, expires_at)
      SELECT tenant, reservation, l.limit_id, l.subject, l.window_start, l.needed,
             moment + make_interval(secs => lease_ms / 1000.0)
      FROM jsonb_to_recordset(lines) AS l (limit_id uuid, subject text, window_start timestamptz, needed bigint);
    ELSE
      UPDATE usage_counters c SET reserved = c.reserved - l.needed
      FROM jsonb_to_recordset(lines) AS l (limit_id uuid, subject text, needed bigint)
      WHERE c.tenant_id = tenant AND c.limit_id = l.limit_id AND c.subject = l.subject;
      expired := EXISTS (SELECT FROM usage_reservations r WHERE r.tenant_id = tenant AND r.expires_at <= moment);
    END IF;
    RETURN QUERY
      SELECT fits, expired, l.limit_id, l.kind, l.metric, l.period, l.amount, l.needed, l.used,
        l.reserved - CASE WHEN fits THEN 0 ELSE l.needed END,
        greatest(1, ceil(extract(epoch FROM
          (l.window_start AT TIME ZONE 'UTC' + ('1 ' || l.period)::interval) AT TIME ZONE 'UTC' - moment)))::integer
      FROM jsonb_to_recordset(lines) AS l (limit_id uuid, kind text, metric text, period text, amount bigint,
        needed bigint, used bigint, reserved bigint, window_start timestamptz);
  END $$;

-- Turns what calls held into what they used: [{id, is_released, tokens, cost}]; a cost that is not known counts as it
-- was estimated. Frees the tenant's expired leases too. Doing it twice is safe: an unknown reservation is none.
CREATE FUNCTION settle_usage(tenant uuid, settlements jsonb) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp
  AS $$
  #variable_conflict use_column
  DECLARE
    moment timestamptz := clock_timestamp();
    ended uuid[];
  BEGIN
    PERFORM set_config('app.tenant_id', tenant::text, true), set_config('synchronous_commit', 'off', true);
    ended := array(SELECT s.id FROM jsonb_to_recordset(settlements) AS s (id uuid)) || array(
      SELECT r.id FROM usage_reservations r WHERE r.tenant_id = tenant AND r.expires_at <= moment);
    PERFORM FROM usage_counters c
    WHERE c.tenant_id = tenant AND (c.limit_id, c.subject) IN (
      SELECT r.limit_id, r.subject FROM usage_reservations r WHERE r.tenant_id = tenant AND r.id = ANY (ended))
    ORDER BY c.limit_id, c.subject FOR NO KEY UPDATE;
    WITH gone AS (
      DELETE FROM usage_reservations r WHERE r.tenant_id = tenant AND r.id = ANY (ended)
      RETURNING r.id, r.limit_id, r.subject, r.window_start, r.amount
    ), counted AS (
      SELECT g.limit_id, g.subject, g.window_start, sum(g.amount) AS held,
        sum(CASE WHEN s.id IS NULL OR s.is_released THEN 0 ELSE
          CASE l.metric WHEN 'requests' THEN 1 WHEN 'tokens' THEN s.tokens ELSE coalesce(s.cost, g.amount) END END) AS used
      FROM gone g JOIN usage_limits l ON l.tenant_id = tenant AND l.id = g.limit_id
      LEFT JOIN jsonb_to_recordset(settlements) AS s (id uuid, is_released boolean, tokens bigint, cost bigint) ON s.id = g.id
      GROUP BY g.limit_id, g.subject, g.window_start
    )
    UPDATE usage_counters c SET used = c.used + n.used, reserved = c.reserved - n.held
    FROM counted n
    WHERE c.tenant_id = tenant AND c.limit_id = n.limit_id AND c.subject = n.subject AND c.window_start = n.window_start;
  END $$;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['virtual_keys', 'usage_limits', 'usage_counters', 'usage_reservations']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY tenant_only ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
       WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nexus_app', table_name);
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION reserve_usage(uuid, uuid, text, text, text, text, bigint, bigint, integer), settle_usage(uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reserve_usage(uuid, uuid, text, text, text, text, bigint, bigint, integer), settle_usage(uuid, jsonb)
  TO nexus_app;

CREATE POLICY lookup ON virtual_keys FOR SELECT TO nexus_lookup USING (true);
GRANT SELECT (id, tenant_id, key_hash) ON virtual_keys TO nexus_lookup;
CREATE FUNCTION lookup_virtual_key(hash text) RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$ SELECT k.tenant_id, k.id FROM virtual_keys k WHERE k.key_hash = hash $$;
GRANT CREATE, USAGE ON SCHEMA public TO nexus_lookup;
REVOKE ALL ON FUNCTION lookup_virtual_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_virtual_key(text) TO nexus_app;
ALTER FUNCTION lookup_virtual_key(text) OWNER TO nexus_lookup;
REVOKE CREATE ON SCHEMA public FROM nexus_lookup;
