/** What the list of documents is narrowed to; "" = not narrowed. */
export type Filters = {
  readonly q: string;
  readonly sourceApp: string;
  readonly folder: string;
  readonly batchId: string;
  readonly status: string;
};

export const noFilters: Filters = { q: "", sourceApp: "", folder: "", batchId: "", status: "" };
export const isFiltered = (filters: Filters): boolean => Object.values(filters).some((value) => value.trim() !== "");

const pageSize = 50;
const parameters = {
  q: "q",
  sourceApp: "source_app",
  folder: "folder",
  batchId: "batch_id",
  status: "status",
} as const;

export function queryOf(filters: Filters, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const [key, parameter] of Object.entries(parameters)) {
    const value = filters[key as keyof Filters].trim();
    if (value) query.set(parameter, value);
  }
  if (cursor) query.set("cursor", cursor);
  return query.toString();
}
