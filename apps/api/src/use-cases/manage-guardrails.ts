import {
  type GuardMode,
  type Guardrails,
  GuardSettings,
  type PutGuardrailsRequest,
  type TryGuardrailsRequest,
  type TryGuardrailsResult,
} from "@aurora/contracts";
import { compileDenyList, createGuardChain, DenyPatternError } from "@aurora/guardrails";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";

export interface ManageGuardrailsDeps {
  readonly clock: Clock;
  readonly guardrails: {
    listGuardrails(scope: TenantScope): Promise<Guardrails[]>;
    putGuardrails(
      scope: TenantScope,
      change: { sourceApp: string | null; settings: GuardSettings; at: Date },
    ): Promise<Guardrails | null>;
    deleteGuardrails(scope: TenantScope, sourceApp: string): Promise<boolean>;
  };
}

/** Guards of the tenant's model calls. Every method is an administrator's; a change acts within a second. */
export function createManageGuardrails({ clock, guardrails }: ManageGuardrailsDeps) {
  return {
    async list(scope: TenantScope): Promise<{ items: Guardrails[]; next_cursor: null }> {
      const stored = await guardrails.listGuardrails(scope);
      const isSet = stored.some(({ source_app }) => source_app === null);
      return { items: isSet ? stored : [allOff, ...stored], next_cursor: null };
    },

    /** The whole of them: what is left out goes back to its default. */
    async put(scope: TenantScope, { settings, source_app: sourceApp }: PutGuardrailsRequest): Promise<Guardrails> {
      assertPatterns(settings);
      const stored = await guardrails.putGuardrails(scope, { sourceApp, settings, at: new Date(clock.nowMs()) });
      if (!stored)
        throw new AppError("invalid_input", "There is no such source_app.", {
          errors: [{ pointer: "/source_app", code: "unknown_source_app" }],
        });
      return stored;
    },

    async remove(scope: TenantScope, sourceApp: string): Promise<void> {
      if (!(await guardrails.deleteGuardrails(scope, sourceApp))) throw new AppError("not_found", "Not found.");
    },

    /** What a provider outside would see of a text. */
    try({ settings, text }: TryGuardrailsRequest): TryGuardrailsResult {
      assertPatterns(settings);
      const { deny, pii } = settings;
      const watching = {
        ...settings,
        pii: { ...pii, mode: watched(pii.mode) },
        deny: { ...deny, mode: watched(deny.mode) },
      };
      const sent = sentOf(settings, text);
      return {
        outcome: sent === null ? "refused" : sent === text ? "passed" : "masked",
        sent,
        findings: findingsOf(watching, text),
      };
    },
  };
}

const outside = { location: "external", estimatedCostUsd: 0 } as const;
const watched = (mode: GuardMode): GuardMode => (mode === "off" ? "off" : "log");

/** null = it would be refused. */
function sentOf(settings: GuardSettings, text: string): string | null {
  try {
    return createGuardChain(settings).request({ input: text }, outside).body.input;
  } catch (error) {
    if (AppError.is(error) && error.code === "guard_refused") return null;
    throw error;
  }
}

const findingsOf = (settings: GuardSettings, text: string): TryGuardrailsResult["findings"] =>
  createGuardChain(settings)
    .request({ input: text }, outside)
    .findings()
    .flatMap(({ count, guard, kind }) => (guard === "cost" ? [] : [{ guard, kind, count }]));

/** Also of a list that is switched off: it may be switched on. @throws AppError `invalid_input` naming the term. */
function assertPatterns({ deny }: GuardSettings): void {
  try {
    compileDenyList(deny.terms);
  } catch (error) {
    if (!(error instanceof DenyPatternError)) throw error;
    throw new AppError("invalid_input", "This pattern cannot be used.", {
      errors: [{ pointer: `/settings/deny/terms/${error.index}/pattern`, code: "invalid_pattern" }],
    });
  }
}

const allOff: Guardrails = { source_app: null, settings: GuardSettings.parse({}), updated_at: null };
