/** What the product reads, as the file chooser wants it. The API decides by content, whatever a name says. */
export const acceptedFiles = [
  ...[".pdf", ".docx", ".docm", ".doc", ".odt", ".ott", ".fodt", ".rtf", ".epub"],
  ...[".pptx", ".pptm", ".ppt", ".odp", ".fodp", ".xlsx", ".xlsm", ".xls", ".ods", ".fods", ".csv", ".tsv"],
  ...[".html", ".htm", ".xhtml", ".md", ".markdown", ".adoc", ".asciidoc", ".txt", ".json", ".xml"],
  ...[".eml", ".msg", ".zip", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"],
].join(",");

/** "Report.final.PDF" → "pdf"; a name without one → "file". */
export const extensionOf = (filename: string): string =>
  /\.([a-z0-9]{1,5})$/i.exec(filename)?.[1]?.toLowerCase() ?? "file";
