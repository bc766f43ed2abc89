import type { IngestionStep, StepProgress } from "@aurora/contracts";
import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import { type SQL, sql } from "drizzle-orm";

/** A row of a query written in SQL, before it is presented. */
export type Row = Record<string, unknown>;

export const iso = (value: unknown): string => new Date(String(value)).toISOString();
export const isoOrNull = (value: unknown): string | null => (value === null ? null : iso(value));
/** A moment as a parameter: the driver would write a Date in the zone of the process. */
export const at = (moment: Date): SQL => sql`${moment.toISOString()}::timestamptz`;
export const uuids = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::uuid[]`;

/** A text inside LIKE, taken literally. */
export const likeText = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** True for rows of a source_app the scope has the permission on. */
export function isOpenTo(scope: TenantScope, permission: "read" | "ingest" | "manage", sourceApp: SQL): SQL {
  const granted = grantedSourceApps(scope, permission);
  return granted === "all" ? sql`true` : sql`${sourceApp} = any (${sql.param([...granted])}::text[])`;
}

export const isJobOpen = sql`state not in ('success', 'failed', 'cancelled')`;

const units: Partial<Record<IngestionStep, StepProgress["unit"]>> = {
  converted: "pages",
  embedded: "chunks",
  indexed: "chunks",
};
/** Columns every job is shown with; `j` is the job. */
export const stepColumns = sql`j.step as x_step, j.step_done as x_done, j.step_total as x_total, j.eta_s`;
export function takeStep({ x_step, x_done, x_total, ...row }: Row): Row & { step: StepProgress | null } {
  if (typeof x_step !== "string") return { ...row, step: null };
  const step = x_step as IngestionStep;
  const [done, total] = [x_done as number | null, x_total as number | null];
  return { ...row, step: { step, done, total, unit: done === null ? null : (units[step] ?? null) } };
}
