/**
 * Raised with every release whose readers make something else of the same bytes: conversions that were kept are then
 * made anew by a re-index, and reused where it stays.
 */
export const conversionVersion = 3;
