import { ApiFailure } from "../api/client.ts";

/** Where input was at fault: a path such as `limits/0/amount` → the code of what is wrong there. */
export type FieldFaults = Readonly<Record<string, string>>;

/** Those the API named in the body it refused; none for any other failure. */
export function faultsOf(error: unknown): FieldFaults {
  if (!ApiFailure.is(error)) return {};
  return Object.fromEntries(
    error.errors
      .filter(({ pointer }) => pointer.startsWith("/"))
      .map(({ pointer, code }) => [pointer.slice(1), code] as const)
      .reverse(), // of two faults in one place the first is told
  );
}

type Issue = { readonly path: readonly PropertyKey[]; readonly code: string; readonly message: string };
/** Those a schema found before anything was sent. */
export const faultsOfIssues = (issues: readonly Issue[]): FieldFaults =>
  Object.fromEntries(
    issues
      .map(({ path, code, message }) => [path.map(String).join("/"), code === "custom" ? message : code] as const)
      .reverse(),
  );

/** The first fault at a path or below it; null = none. */
export function faultAt(faults: FieldFaults, path: string): string | null {
  const found = Object.keys(faults).find((one) => one === path || one.startsWith(`${path}/`));
  return found === undefined ? null : (faults[found] ?? null);
}
