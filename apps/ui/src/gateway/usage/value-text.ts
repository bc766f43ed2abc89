"use client";
import { UsageCacheStatus, UsageOutcome } from "@aurora/contracts";
import { useTranslations } from "next-intl";

/** A value calls are told apart by, in words where it has some. `dimension` is a filter's name or a grouping's. */
export function useValueText() {
  const t = useTranslations("usage");
  return (dimension: string, value: string | null): string => {
    if (value === null) return t(dimension === "error" ? "noError" : "nothing");
    if (dimension === "cache_status") {
      const status = UsageCacheStatus.safeParse(value);
      return status.success ? t(`cacheStatus.${status.data}`) : value;
    }
    if (dimension === "outcome") {
      const outcome = UsageOutcome.safeParse(value);
      return outcome.success ? t(`outcome.${outcome.data}`) : value;
    }
    return value;
  };
}
