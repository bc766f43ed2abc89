-- What lets ingestion redo nothing, change its embedding model, and share its slots. Run as nexus_owner.

ALTER TABLE chunks ADD COLUMN passage_hash text; -- of its row in chunk_embeddings; null in versions older than that table

-- Both known once published: what a version was read and cut with, and by which embedders its points were made.
-- A version is outdated when they are not what a re-index would use now.
ALTER TABLE document_versions
  ADD COLUMN settings jsonb, -- contracts: IngestionSettings, complete
  ADD COLUMN embedder_ids text[] NOT NULL DEFAULT '{}';
-- The owner is of no tenant and would find no row: see 0003.
ALTER TABLE document_versions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE documents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
UPDATE document_versions v SET embedder_ids = ARRAY[c.embedder_id]
  FROM vector_collections c WHERE c.name = 'aurora_documents' AND v.published_at IS NOT NULL;

-- Whose vectors questions of the tenant are compared with; null until its first document is published. When
-- EMBEDDING_MODEL changes, new versions are written for both models until every document has the new one's vectors.
ALTER TABLE tenants ADD COLUMN embedder_id text;
UPDATE tenants t SET embedder_id = c.embedder_id FROM vector_collections c
  WHERE c.name = 'aurora_documents'
    AND EXISTS (SELECT FROM documents d WHERE d.tenant_id = t.id AND d.published_version > 0);
ALTER TABLE document_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

-- Within a tenant these wait for its other messages: documents that can be read already are in no hurry.
ALTER TABLE queue_messages ADD COLUMN is_background boolean NOT NULL DEFAULT false;
DROP INDEX queue_messages_due;
CREATE INDEX queue_messages_due ON queue_messages (queue, tenant_id, is_background, available_at, id);
CREATE INDEX queue_messages_running ON queue_messages (queue, tenant_id, available_at) WHERE lease_token IS NOT NULL;

-- As before, but a tenant's turn counts what runs of it already: while others wait, nobody gets its n-th slot, over all
-- workers, before everybody has n - 1. So one tenant's long documents do not hold every slot.
GRANT CREATE, USAGE ON SCHEMA public TO nexus_lookup;
SET LOCAL ROLE nexus_lookup;
CREATE OR REPLACE FUNCTION queue_claim(queue_name text, token uuid, lease_ms integer, at_most integer)
  RETURNS TABLE (tenant_id uuid, id uuid)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('queue_claim:' || queue_name, 0));
    RETURN QUERY
      WITH due AS (
        SELECT first.id, t.tenant_id, t.served_at, first.available_at,
               busy.messages + row_number() OVER (
                 PARTITION BY t.tenant_id ORDER BY first.is_background, first.available_at, first.id) AS turn
        FROM queue_turns t CROSS JOIN LATERAL (
          SELECT m.id, m.available_at, m.is_background FROM queue_messages m
          WHERE m.queue = queue_name AND m.tenant_id = t.tenant_id AND m.available_at <= clock_timestamp()
          ORDER BY m.is_background, m.available_at, m.id LIMIT at_most FOR UPDATE SKIP LOCKED
        ) first CROSS JOIN LATERAL (
          SELECT count(*) AS messages FROM queue_messages r
          WHERE r.queue = queue_name AND r.tenant_id = t.tenant_id
            AND r.lease_token IS NOT NULL AND r.available_at > clock_timestamp()
        ) busy
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
SET LOCAL ROLE nexus_owner;
REVOKE CREATE ON SCHEMA public FROM nexus_lookup;
