-- Where a passage stands in its document's text, and that text as an artefact. Run as nexus_owner.

-- [[start,end],…] in order, UTF-16 units of the artefact `text`, ends excluded; [] in versions older than this.
ALTER TABLE chunks ADD COLUMN char_spans jsonb NOT NULL DEFAULT '[]';

-- `page` of a picture counts from 1; which picture it is, its sha256 says.
ALTER TABLE artifacts DROP CONSTRAINT artifacts_kind_check;
ALTER TABLE artifacts ADD CHECK (kind IN ('json', 'markdown', 'text', 'page_image', 'picture'));
CREATE INDEX artifacts_by_content ON artifacts (tenant_id, document_id, sha256) WHERE kind = 'picture';
