import type { LimitQuery, LimitSubjectKind, PutLimitRequest, UsageLimit } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import { type Page, pageByTime } from "./paging.ts";

export interface ManageLimitsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: {
    listLimits(
      scope: TenantScope,
      filter: { subjectKind: LimitSubjectKind | null; subjectId: string | null; now: Date },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<UsageLimit[]>;
    putLimit(
      scope: TenantScope,
      limit: PutLimitRequest & { readonly id: string; readonly at: Date },
    ): Promise<UsageLimit>;
    deleteLimit(scope: TenantScope, limitId: string): Promise<boolean>;
    isLimitSubject(scope: TenantScope, kind: Exclude<LimitSubjectKind, "tenant">, subjectId: string): Promise<boolean>;
  };
}

/** Limits of model calls of the caller's tenant. Every method is an administrator's. */
export function createManageLimits({ clock, ids, limits }: ManageLimitsDeps) {
  return {
    list(scope: TenantScope, { subject_id, subject_kind, ...request }: LimitQuery): Promise<Page<UsageLimit>> {
      const now = new Date(clock.nowMs());
      const filter = { subjectKind: subject_kind ?? null, subjectId: subject_id ?? null, now };
      return pageByTime(request, (after, limit) => limits.listLimits(scope, filter, after, limit));
    },

    /** One limit a subject, metric and window: put again, its amount changes and what it has counted stays. */
    async put(scope: TenantScope, input: PutLimitRequest): Promise<UsageLimit> {
      const { subject_id: subjectId, subject_kind: kind } = input;
      if (kind !== "tenant" && subjectId !== null && !(await limits.isLimitSubject(scope, kind, subjectId)))
        throw new AppError("invalid_input", "There is nothing of this name to limit.", {
          errors: [{ pointer: "/subject_id", code: "unknown_subject" }],
        });
      return limits.putLimit(scope, { ...input, id: ids.uuid(), at: new Date(clock.nowMs()) });
    },

    async remove(scope: TenantScope, limitId: string): Promise<void> {
      if (!(await limits.deleteLimit(scope, limitId))) throw new AppError("not_found", "Not found.");
    },
  };
}
