-- An upload that is completed after a re-index took a later number gets a number of its own. Run as nexus_owner.

-- As which version it was begun, where that is not the one it became: whoever completes it again asks by this one.
ALTER TABLE document_versions ADD COLUMN begun_as integer;
