-- A tenant's questions move from one embedder to the next. Run as nexus_owner.

ALTER TABLE tenants
  ADD COLUMN embedder_since timestamptz, -- when questions moved to embedder_id; null = it is the first
  ADD COLUMN retired_embedder_ids text[] NOT NULL DEFAULT '{}'; -- before it; their vectors are still to be removed
