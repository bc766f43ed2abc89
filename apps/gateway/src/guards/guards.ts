import { GuardSettings } from "@aurora/contracts";
import { createGuardChain, type GuardChain } from "@aurora/guardrails";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import type { Guards } from "../use-cases/guarded-call.ts";

/** What is needed of the database; `@aurora/db` satisfies it. */
export interface GuardRows {
  listGuardrails(
    scope: TenantScope,
  ): Promise<readonly { readonly sourceApp: string | null; readonly settings: unknown }[]>;
}
export interface GuardsOptions {
  readonly rows: GuardRows;
  readonly clock: Clock;
  /** How long a change of settings may go unseen. */
  readonly maxAgeMs: number;
}

interface Known {
  readAtMs: number;
  /** By source_app; the tenant's own under null. */
  chains: Promise<ReadonlyMap<string | null, GuardChain>>;
  /** Kept while the settings stay the same: a deny list is costly to read. */
  last: ReadonlyMap<string, GuardChain>;
}

const maxTenants = 10_000;

/**
 * The guards of each tenant's calls, at most `maxAgeMs` old; the first call after that reads them anew, and the others
 * wait for it. Settings that cannot be read let no call through.
 */
export function createGuards({ clock, maxAgeMs, rows }: GuardsOptions): Guards {
  const known = new Map<string, Known>();

  async function read(scope: TenantScope, entry: Known): Promise<ReadonlyMap<string | null, GuardChain>> {
    const stored = await rows.listGuardrails(scope);
    const made = new Map<string, GuardChain>();
    const chains = stored.map(({ settings, sourceApp }) => {
      const text = JSON.stringify(settings);
      const chain = entry.last.get(text) ?? made.get(text) ?? chainOf(settings);
      made.set(text, chain);
      return [sourceApp, chain] as const;
    });
    entry.last = made;
    return new Map(chains);
  }

  return {
    /** @throws AppError `unavailable` while the database is away: without its guards no call is made. */
    async chainFor(scope, sourceApp) {
      let entry = known.get(scope.tenantId);
      if (entry === undefined || clock.nowMs() - entry.readAtMs >= maxAgeMs) {
        if (known.size >= maxTenants) known.clear();
        entry ??= { readAtMs: 0, chains: Promise.resolve(new Map()), last: new Map() };
        entry.readAtMs = clock.nowMs();
        entry.chains = read(scope, entry);
        known.set(scope.tenantId, entry);
        const reading = entry;
        entry.chains.catch(() => {
          reading.readAtMs = Number.NEGATIVE_INFINITY; // the next call tries again
        });
      }
      const chains = await entry.chains;
      return chains.get(sourceApp) ?? chains.get(null) ?? noGuards;
    },
  };
}

const noGuards = createGuardChain(GuardSettings.parse({}));

/** Rows of another version may not be understood: such a guard refuses everything. */
function chainOf(settings: unknown): GuardChain {
  try {
    return createGuardChain(GuardSettings.parse(settings));
  } catch (error) {
    const failure = error instanceof Error ? error.name : typeof error;
    return {
      isActive: true,
      request() {
        throw new AppError("guard_refused", "The call could not be checked, so it was not made.", {
          params: { guard: "other" },
          internal: { failure, reason: "the stored guard settings cannot be read" },
        });
      },
    };
  }
}
