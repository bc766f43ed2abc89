import type { PutLimitRequest } from "@aurora/contracts";
import { createDatabase, createLimitRepository, createLimitRows, type Database } from "@aurora/db";
import { AppError, systemClock, systemIds, type TenantScope } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LimitRefused } from "./describe-limits.ts";
import type { LimitedCall, Limits, Reservation } from "./limit-types.ts";
import { createLimits } from "./limits.ts";

let db: TestDatabase;
/** Three replicas: each with its own connections, known limits and settlements. */
let databases: Database[];
let replicas: Limits[];
let scope: TenantScope;

/** What the database said was held, in units of the limit, at each admission. */
let heldAtAdmission: number[];

function replicaOver(database: Database): Limits {
  const rows = createLimitRows(database);
  return createLimits({
    rows: {
      ...rows,
      async reserveUsage(...call) {
        const answer = await rows.reserveUsage(...call);
        if (answer?.isAdmitted) heldAtAdmission.push(...answer.lines.map(({ reserved }) => reserved));
        return answer;
      },
    },
    maxAgeMs: 1_000,
    leaseMs: 60_000,
    answerMs: 20_000,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
  });
}

beforeAll(async () => {
  db = await startTestDatabase({ adminUrl: process.env.NEXUS_TEST_DATABASE_ADMIN_URL });
  databases = [1, 2, 3].map(() =>
    createDatabase({ connection: db.connection, maxConnections: 6, applicationName: "replica" }),
  );
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await db.close();
});
beforeEach(async () => {
  scope = await db.createTenant();
  heldAtAdmission = [];
  replicas = databases.map(replicaOver);
});
afterEach(() => Promise.all(replicas.map((replica) => replica.close())));

const put = (limit: Partial<PutLimitRequest> & Pick<PutLimitRequest, "metric" | "amount">) =>
  createLimitRepository(db.database).putLimit(scope, {
    ...{ subject_kind: "tenant", subject_id: null, window: "month", id: systemIds.uuid(), at: new Date() },
    ...limit,
  });
const callOf = (change: Partial<LimitedCall> = {}): LimitedCall => ({
  tenantId: scope.tenantId,
  keyId: null,
  callerApp: "shop",
  userId: null,
  sourceApp: null,
  estimatedTokens: 10,
  estimatedCostMicroUsd: 100,
  longestMs: 0,
  ...change,
});
const counters = async () =>
  (
    await db.admin.query<{ subject: string; used: number; reserved: number }>(
      `select c.subject, c.used::int, c.reserved::int from usage_counters c
       join usage_limits l on l.id = c.limit_id where c.tenant_id = $1 order by l.metric, c.subject`,
      [scope.tenantId],
    )
  ).rows;
const settled = async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  return counters();
};
const refusal = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error("admitted")),
    (error: unknown) => (AppError.is(error) ? error : Promise.reject(error)),
  );

/** `workers` a replica make `calls` each, one after another without a pause. */
async function hammer(options: {
  workers: number;
  calls: number;
  call?: (worker: number, n: number) => LimitedCall;
  actual: { tokens: number; costMicroUsd: number | null };
}) {
  let admitted = 0;
  let refused = 0;
  await Promise.all(
    replicas.flatMap((replica, at) =>
      Array.from({ length: options.workers }, async (_, worker) => {
        for (let n = 0; n < options.calls; n++) {
          const call = options.call?.(at * options.workers + worker, n) ?? callOf();
          try {
            const reservation = await replica.reserve(call);
            admitted++;
            await new Promise(setImmediate);
            reservation.settle(options.actual);
          } catch (error) {
            if (!(error instanceof LimitRefused)) throw error;
            refused++;
          }
        }
      }),
    ),
  );
  return { admitted, refused };
}

describe("three replicas at once", () => {
  it("admit exactly as many requests as the limit says", async () => {
    await put({ metric: "requests", amount: 100 });
    const result = await hammer({ workers: 6, calls: 20, actual: { tokens: 1, costMicroUsd: 1 } });
    expect(result).toEqual({ admitted: 100, refused: 260 });
    expect(await settled()).toEqual([{ subject: "", used: 100, reserved: 0 }]);
  });

  it("never exceed a limit of tokens when calls use no more than was estimated", async () => {
    await put({ metric: "tokens", amount: 1_000 });
    const { admitted } = await hammer({ workers: 6, calls: 20, actual: { tokens: 7, costMicroUsd: 1 } });
    const [counter] = await settled();
    expect(counter).toEqual({ subject: "", used: admitted * 7, reserved: 0 });
    expect(admitted * 7).toBeLessThanOrEqual(1_000);
    expect(admitted).toBeGreaterThanOrEqual(100); // what was not used was given back
  });

  it.each([
    ["tokens", { metric: "tokens", amount: 1_000 }, 10],
    ["money", { metric: "cost_micro_usd", amount: 10_000 }, 100],
  ] as const)(
    "exceed a limit of %s at most by what calls in flight use beyond their estimate",
    async (_, limit, estimate) => {
      await put(limit);
      const actual = estimate * 1.3;
      const { admitted } = await hammer({ workers: 6, calls: 30, actual: { tokens: actual, costMicroUsd: actual } });
      const [counter] = await settled();
      const used = counter?.used ?? 0;
      expect(counter).toEqual({ subject: "", used: admitted * actual, reserved: 0 });
      const inFlight = Math.max(...heldAtAdmission) / estimate;
      expect(used).toBeLessThanOrEqual(limit.amount + inFlight * (actual - estimate));
      expect(used).toBeGreaterThan(limit.amount - actual);
    },
  );

  it("exceed it by exactly Σ (actual − estimate) of those in flight, when all are", async () => {
    await put({ metric: "tokens", amount: 100 });
    const held: Reservation[] = [];
    for (let n = 0; n < 10; n++) held.push(await (replicas[n % 3] as Limits).reserve(callOf({ estimatedTokens: 10 })));
    expect((await refusal((replicas[0] as Limits).reserve(callOf({ estimatedTokens: 1 })))).code).toBe("rate_limited");
    for (const reservation of held) reservation.settle({ tokens: 13, costMicroUsd: null });
    expect(await settled()).toEqual([{ subject: "", used: 100 + 10 * 3, reserved: 0 }]);
  });

  it("never wait for each other in a circle, whatever limits their calls share", async () => {
    for (const subject_kind of ["tenant", "key", "caller_app", "user", "source_app"] as const)
      for (const metric of ["requests", "tokens", "cost_micro_usd"] as const)
        for (const window of ["day", "month"] as const) await put({ subject_kind, metric, window, amount: 1_000_000 });
    const pick = (names: readonly string[], n: number) => names[n % names.length] ?? "";
    const calls = 40;
    const result = await hammer({
      workers: 6,
      calls,
      call: (worker, n) =>
        callOf({
          keyId: pick(["k1", "k2", "k3"], worker + n),
          callerApp: pick(["a", "b"], n),
          userId: pick(["u1", "u2", "u3", "u4", "u5"], worker * 7 + n),
          sourceApp: pick(["rh", "droit"], worker),
        }),
      actual: { tokens: 5, costMicroUsd: 50 },
    });
    expect(result).toEqual({ admitted: 18 * calls, refused: 0 });
    const rows = await settled();
    expect(rows.every(({ reserved }) => reserved === 0)).toBe(true);
    const total = rows.reduce((sum, { used }) => sum + used, 0);
    expect(total).toBe(18 * calls * 2 * 5 * (1 + 5 + 50)); // calls × windows × subjects × (request + tokens + cost)
    const { rows: found } = await db.admin.query(
      "select deadlocks::int from pg_stat_database where datname = current_database()",
    );
    expect(found).toEqual([{ deadlocks: 0 }]);
  });
});

describe("a reservation", () => {
  const one = () => replicas[0] as Limits;

  it("holds all its limits or none", async () => {
    await put({ metric: "tokens", amount: 1_000 });
    await put({ metric: "requests", amount: 0, subject_kind: "caller_app", subject_id: "shop" });
    expect((await refusal(one().reserve(callOf()))).code).toBe("rate_limited");
    expect(await counters()).toEqual([
      { subject: "shop", used: 0, reserved: 0 },
      { subject: "", used: 0, reserved: 0 },
    ]);
  });

  it("says what is left of the limit that is nearest, and when it begins anew", async () => {
    await put({ metric: "tokens", amount: 1_000, window: "day" });
    await put({ metric: "requests", amount: 10, window: "day", subject_kind: "caller_app" });
    const { headers } = await one().reserve(callOf());
    const reset = Number(headers["ratelimit-reset"]);
    expect(headers).toEqual({
      "ratelimit-limit": "10",
      "ratelimit-remaining": "9",
      "ratelimit-reset": String(reset),
      "ratelimit-policy": '"requests-day-caller-app";q=10;w=86400',
      ratelimit: `"requests-day-caller-app";r=9;t=${reset}`,
    });
    expect(reset).toBeGreaterThan(0);
    expect(Math.abs(reset - (86_400 - ((Date.now() / 1_000) % 86_400)))).toBeLessThan(5);
  });

  it("is refused with the time to wait: a second while others only hold it, the window's rest once it is used", async () => {
    await put({ metric: "requests", amount: 1, window: "day" });
    const first = await one().reserve(callOf());
    const while_ = await refusal(one().reserve(callOf()));
    expect(while_).toMatchObject({ code: "rate_limited", headers: { "retry-after": "1", "ratelimit-remaining": "0" } });
    first.settle({ tokens: 1, costMicroUsd: 1 });
    await expect.poll(counters).toEqual([{ subject: "", used: 1, reserved: 0 }]);
    const after = (await refusal(one().reserve(callOf()))) as LimitRefused;
    expect(after.headers["retry-after"]).toBe(after.headers["ratelimit-reset"]);
    expect(after.params).toMatchObject({ metric: "requests", window: "day", amount: 1, subject_kind: "tenant" });
  });

  it("is refused as a budget when money is what lacks, before any rate", async () => {
    await put({ metric: "cost_micro_usd", amount: 50 });
    await put({ metric: "requests", amount: 0 });
    const error = (await refusal(one().reserve(callOf()))) as LimitRefused;
    expect([error.code, error.status, error.headers["retry-after"]]).toEqual(["budget_exceeded", 402, undefined]);
  });

  it("of a model without a price is refused where a budget in money holds, and only there", async () => {
    await put({ metric: "cost_micro_usd", amount: 1_000_000, subject_kind: "user", subject_id: "u1" });
    const unknown = { estimatedCostMicroUsd: null };
    expect((await refusal(one().reserve(callOf({ ...unknown, userId: "u1" })))).code).toBe("price_unknown");
    await one().reserve(callOf({ ...unknown, userId: "u2" }));
    expect((await counters()).map(({ reserved }) => reserved)).toEqual([0]);
  });

  it("that was not needed counts for nothing; a cost that stayed unknown counts as estimated", async () => {
    await put({ metric: "requests", amount: 10 });
    await put({ metric: "cost_micro_usd", amount: 1_000 });
    const [released, unpriced] = [await one().reserve(callOf()), await one().reserve(callOf())];
    released.settle(null);
    released.settle({ tokens: 9, costMicroUsd: 9 }); // too late: the first word counts
    unpriced.settle({ tokens: 1.5, costMicroUsd: null });
    expect(await settled()).toEqual([
      { subject: "", used: 100, reserved: 0 },
      { subject: "", used: 1, reserved: 0 },
    ]);
  });

  it("of a caller that died is free once its lease has ended, for the very next call", async () => {
    await put({ metric: "requests", amount: 1 });
    await one().reserve(callOf()); // and nothing more is heard of it
    expect((await refusal(one().reserve(callOf()))).code).toBe("rate_limited");
    await db.admin.query("update usage_reservations set expires_at = now()");
    await one().reserve(callOf());
    expect((await counters()).map(({ used, reserved }) => [used, reserved])).toEqual([[0, 1]]);
  });

  it("is settled once, however often its settlement arrives", async () => {
    await put({ metric: "tokens", amount: 100 });
    const rows = createLimitRows(db.database);
    const { tenantId: _, ...call } = callOf();
    const reservationId = systemIds.uuid();
    await rows.reserveUsage(scope, { ...call, reservationId, leaseMs: 1_000 });
    const settlement = { reservationId, actual: { tokens: 4, costMicroUsd: null } };
    await rows.settleUsage(scope, [settlement]);
    await rows.settleUsage(scope, [settlement]);
    expect(await counters()).toEqual([{ subject: "", used: 4, reserved: 0 }]);
  });

  it("counts in the window it began in, and a new window begins at nothing", async () => {
    await put({ metric: "tokens", amount: 10, window: "minute" });
    const before = await one().reserve(callOf());
    // a minute later
    await db.admin.query("update usage_counters set window_start = window_start - interval '1 minute'");
    await db.admin.query("update usage_reservations set window_start = window_start - interval '1 minute'");
    const after = await one().reserve(callOf());
    expect(after.headers["ratelimit-remaining"]).toBe("0");
    before.settle({ tokens: 10, costMicroUsd: null });
    after.settle({ tokens: 3, costMicroUsd: null });
    expect(await settled()).toEqual([{ subject: "", used: 3, reserved: 0 }]);
  });
});

it("an amount beyond the counters is refused by the limit itself, and stands in nobody's way", async () => {
  await put({ metric: "tokens", amount: 1_000 });
  await put({ metric: "cost_micro_usd", amount: 1_000 });
  const [replica] = replicas as [Limits];
  const huge = callOf({ estimatedTokens: 128 * Number.MAX_SAFE_INTEGER, estimatedCostMicroUsd: 1e300 });
  expect((await refusal(replica.reserve(huge))).code).toBe("budget_exceeded");
  (await replica.reserve(callOf())).settle({ tokens: 1e19, costMicroUsd: 5 });
  await replica.close();
  expect((await refusal(replica.reserve(callOf()))).code).toBe("rate_limited");
});

describe("which limits apply", () => {
  it("each subject counts by itself; its own limit takes the place of the one for everyone", async () => {
    await put({ subject_kind: "user", metric: "requests", amount: 1 });
    await put({ subject_kind: "user", subject_id: "u2", metric: "requests", amount: 2 });
    const [replica] = replicas as [Limits];
    const tries = async (userId: string | null) => {
      let admitted = 0;
      for (let n = 0; n < 3; n++)
        await replica.reserve(callOf({ userId })).then(
          () => admitted++,
          () => undefined,
        );
      return admitted;
    };
    expect([await tries("u1"), await tries("u2"), await tries("u3"), await tries(null)]).toEqual([1, 2, 1, 3]);
  });

  it("are those of the caller's tenant alone", async () => {
    await put({ metric: "requests", amount: 0 });
    const other = await db.createTenant();
    expect((await (replicas[0] as Limits).reserve(callOf({ tenantId: other.tenantId }))).headers).toEqual({});
  });

  it("a changed amount counts at once, what was counted stays", async () => {
    await put({ metric: "requests", amount: 1 });
    await (replicas[0] as Limits).reserve(callOf());
    await put({ metric: "requests", amount: 3 });
    const { headers } = await (replicas[0] as Limits).reserve(callOf());
    expect([headers["ratelimit-limit"], headers["ratelimit-remaining"]]).toEqual(["3", "1"]);
  });

  it("a limit removed while calls are under way disturbs none of them", async () => {
    const limit = await put({ metric: "requests", amount: 100 });
    await put({ metric: "tokens", amount: 100_000 });
    const running = hammer({ workers: 6, calls: 10, actual: { tokens: 1, costMicroUsd: 1 } });
    await createLimitRepository(db.database).deleteLimit(scope, limit.id);
    await running;
    expect(await settled()).toEqual([{ subject: "", used: 180, reserved: 0 }]); // all were counted by the other one
  });
});
