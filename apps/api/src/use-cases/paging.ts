import { isBrokenText } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const badCursor = () =>
  new AppError("invalid_input", "The cursor is not one of ours.", {
    errors: [{ pointer: "?cursor", code: "invalid_cursor" }],
  });

const encode = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");
function decode(cursor: string, count: number): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(parts) && parts.length === count && parts.every(isText)) return parts;
  } catch {
    // falls through: bad JSON and a bad shape are the same fault to a caller
  }
  throw badCursor();
}
const isText = (part: unknown): part is string => typeof part === "string" && !isBrokenText(part);
/** As `Date.toISOString` writes the times of our rows: others may be dates to JavaScript and none to PostgreSQL. */
const isoTime = /^(?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Cuts the one row read beyond `limit` and says where the next page starts. */
function cut<Item>(rows: readonly Item[], limit: number, cursorOf: (last: Item) => string): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** A page of rows listed from the newest, keyed by time and id. @throws AppError `invalid_input` for a foreign cursor. */
export function pageByTime<Item extends { created_at: string; id: string }>(
  request: PageRequest,
  read: (after: { at: Date; id: string } | null, limit: number) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  return pageByMoment(request, ({ created_at }) => created_at, read);
}

/** The same by another time of the rows, as `Date.toISOString` writes it. */
export async function pageByMoment<Item extends { id: string }>(
  request: PageRequest,
  momentOf: (item: Item) => string,
  read: (after: { at: Date; id: string } | null, limit: number) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  let after: { at: Date; id: string } | null = null;
  if (request.cursor !== undefined) {
    const [time = "", id = ""] = decode(request.cursor, 2);
    after = { at: new Date(time), id };
    if (!isoTime.test(time) || Number.isNaN(after.at.getTime()) || !uuid.test(id)) throw badCursor();
  }
  const rows = await read(after, request.limit + 1);
  return cut(rows, request.limit, (last) => encode([momentOf(last), last.id]));
}

/** A page of rows in the order of one text key. */
export async function pageByKey<Item>(
  request: PageRequest,
  keyOf: (item: Item) => string,
  read: (after: string | null, limit: number) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  const after = request.cursor === undefined ? null : (decode(request.cursor, 1)[0] ?? null);
  return cut(await read(after, request.limit + 1), request.limit, (last) => encode([keyOf(last)]));
}
