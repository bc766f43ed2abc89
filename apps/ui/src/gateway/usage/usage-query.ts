import type { UsageDimension } from "@aurora/contracts";

/** What the page asks about; kept in the address, so that a view can be sent to somebody. */
export type UsageView = {
  readonly period: Period;
  /** First and last day, inclusive, when `period` is `own`. */
  readonly first: string;
  readonly last: string;
  readonly by: UsageDimension;
  readonly filters: Readonly<Partial<Record<FilterName, string>>>;
};
export const periods = ["h24", "d7", "d30", "d90", "own"] as const;
export type Period = (typeof periods)[number];
export const filterNames = [
  "provider",
  "model",
  "source_app",
  "caller_app",
  "key_id",
  "user_id",
  "endpoint",
  "cache_status",
  "error_code",
  "outcome",
] as const;
export type FilterName = (typeof filterNames)[number];

const hour = 3_600_000;
const day = 24 * hour;
const days: Record<Exclude<Period, "h24" | "own">, number> = { d7: 7, d30: 30, d90: 90 };
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/**
 * `[from, to)` of a view: whole hours for 24 hours, whole days (UTC, as they are counted) otherwise, the running one
 * included. Days that are none, or the wrong way round, are the last 30 days.
 */
export function rangeOf(view: Pick<UsageView, "period" | "first" | "last">, now: Date): { from: Date; to: Date } {
  const up = (width: number) => Math.ceil((now.getTime() + 1) / width) * width;
  if (view.period === "h24") return { from: new Date(up(hour) - day), to: new Date(up(hour)) };
  const end = up(day);
  if (view.period !== "own") return { from: new Date(end - days[view.period] * day), to: new Date(end) };
  const first = dayPattern.test(view.first) ? Date.parse(`${view.first}T00:00:00Z`) : Number.NaN;
  const last = dayPattern.test(view.last) ? Date.parse(`${view.last}T00:00:00Z`) : Number.NaN;
  if (!(first <= last)) return { from: new Date(end - 30 * day), to: new Date(end) };
  return { from: new Date(first), to: new Date(Math.min(last + day, first + 400 * day)) };
}

/** The query every call of the page shares. */
export function queryOf(view: UsageView, now: Date): URLSearchParams {
  const { from, to } = rangeOf(view, now);
  return new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), ...view.filters });
}
