"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ZodType, z } from "zod";
import { type FieldFaults, faultAt, faultsOf, faultsOfIssues } from "./field-faults.ts";

/** Codes with a sentence of their own; any other is told in general words. */
const known = [
  "too_small",
  "too_big",
  "invalid_format",
  "invalid_type",
  "duplicate",
  "taken",
  "less_than_base_ms",
] as const;

export type Submit = {
  readonly isBusy: boolean;
  /** Why the last try failed, when no field says it. */
  readonly error: unknown;
  /** What is wrong with the field at this path of the body; null = nothing. */
  readonly faultOf: (path: string) => string | null;
  /** @returns whether `work` ended well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  /** The body when the schema takes it, else null, and the fields say why. */
  readonly check: <Schema extends ZodType>(schema: Schema, body: unknown) => z.output<Schema> | null;
};

/** What a form needs around a call: busy, refused and where. */
export function useSubmit(): Submit {
  const t = useTranslations("gateway");
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [faults, setFaults] = useState<FieldFaults>({});
  return {
    isBusy,
    error,
    faultOf: (path) => {
      const code = faultAt(faults, path);
      if (code === null) return null;
      return t(`fault.${known.find((one) => one === code) ?? "other"}`);
    },
    run: async (work) => {
      setIsBusy(true);
      setError(null);
      setFaults({});
      try {
        await work();
        return true;
      } catch (failure) {
        setError(failure);
        setFaults(faultsOf(failure));
        return false;
      } finally {
        setIsBusy(false);
      }
    },
    check: (schema, body) => {
      const parsed = schema.safeParse(body);
      setError(null);
      setFaults(parsed.success ? {} : faultsOfIssues(parsed.error.issues));
      return parsed.success ? parsed.data : null;
    },
  };
}
