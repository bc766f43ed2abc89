/**
 * Text of page images. A reader draws the page at `ocrDpi` and calls `ocrPage`; the words it answers go through the
 * layout code of the PDF reader like those of a text layer.
 */
export { ocrDpi, ocrPage, type RecognisedPage, unsureConfidence } from "./page.ts";
