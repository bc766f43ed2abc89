import { GuardSettings } from "@aurora/contracts";
import { AppError, fixedClock, jobScope } from "@aurora/kernel";
import { beforeEach, describe, expect, it } from "vitest";
import { createGuards } from "./guards.ts";

const scope = jobScope("00000000-0000-7000-8000-000000000001", "test");
const other = jobScope("00000000-0000-7000-8000-000000000002", "test");
const masking = GuardSettings.parse({ pii: { mode: "mask", kinds: ["email"] } });
const refusing = GuardSettings.parse({ pii: { mode: "refuse" } });

let stored: Map<string, { sourceApp: string | null; settings: unknown }[]>;
let reads: number;
let failure: Error | null;
const clock = fixedClock(1_000_000);
const make = () =>
  createGuards({
    clock,
    maxAgeMs: 1_000,
    rows: {
      async listGuardrails({ tenantId }) {
        reads++;
        if (failure) throw failure;
        return stored.get(tenantId) ?? [];
      },
    },
  });
beforeEach(() => {
  reads = 0;
  failure = null;
  stored = new Map([
    [
      scope.tenantId,
      [
        { sourceApp: null, settings: masking },
        { sourceApp: "rh", settings: refusing },
      ],
    ],
  ]);
});

const outside = { location: "external", estimatedCostUsd: null } as const;
async function outcome(guards: ReturnType<typeof make>, sourceApp: string | null, tenant = scope): Promise<string> {
  try {
    const chain = await guards.chainFor(tenant, sourceApp);
    return chain.request({ input: "a@b.fr" }, outside).body.input;
  } catch (error) {
    return AppError.is(error) ? `${error.code} ${String(error.params.guard ?? "")}` : String(error);
  }
}

describe("guards", () => {
  it("are the source_app's own, else the tenant's, else none", async () => {
    const guards = make();
    expect(await outcome(guards, "rh")).toBe("guard_refused pii");
    expect(await outcome(guards, "support")).toBe("⟦EMAIL_1⟧");
    expect(await outcome(guards, null)).toBe("⟦EMAIL_1⟧");
    expect(await outcome(guards, "rh", other)).toBe("a@b.fr");
  });

  it("are read once a second, by one of those who ask together", async () => {
    const guards = make();
    await Promise.all(Array.from({ length: 50 }, () => outcome(guards, null)));
    expect(reads).toBe(1);
    clock.advance(999);
    await outcome(guards, null);
    expect(reads).toBe(1);
    stored.set(scope.tenantId, []);
    clock.advance(1);
    expect(await outcome(guards, null)).toBe("a@b.fr");
    expect(reads).toBe(2);
  });

  it("stay the same objects while their settings do", async () => {
    const guards = make();
    const first = await guards.chainFor(scope, "rh");
    clock.advance(2_000);
    expect(await guards.chainFor(scope, "rh")).toBe(first);
    stored.set(scope.tenantId, [{ sourceApp: "rh", settings: masking }]);
    clock.advance(2_000);
    expect(await guards.chainFor(scope, "rh")).not.toBe(first);
  });

  it("that cannot be read let no call through, and are asked for again at once", async () => {
    const guards = make();
    expect(await outcome(guards, null)).toBe("⟦EMAIL_1⟧");
    clock.advance(1_000);
    failure = new AppError("unavailable", "The database does not answer.");
    expect(await outcome(guards, null)).toBe("unavailable ");
    failure = null;
    expect(await outcome(guards, null)).toBe("⟦EMAIL_1⟧");
  });

  it.each([
    [{ pii: { mode: "shred" } }],
    [null],
    [{ deny: { mode: "refuse", terms: [{ kind: "regex", pattern: "(" }] } }],
  ])("of a form nobody understands refuse every call: %j", async (settings) => {
    stored.set(scope.tenantId, [{ sourceApp: null, settings }]);
    expect(await outcome(make(), null)).toBe("guard_refused other");
  });
});
