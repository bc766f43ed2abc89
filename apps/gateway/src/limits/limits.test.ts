import { AppError, fixedClock, sequentialIds } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { beforeEach, describe, expect, it } from "vitest";
import { describeLimits, refusalOf } from "./describe-limits.ts";
import type { Limit, LimitedCall, LimitLine, LimitRows, Settlement } from "./limit-types.ts";
import { createLimits } from "./limits.ts";
import { windowAt } from "./local-counts.ts";

const tenantId = "00000000-0000-7000-8000-00000000000a";
const call: LimitedCall = {
  ...{ tenantId, keyId: "k1", callerApp: "shop", userId: "u1", sourceApp: null },
  ...{ estimatedTokens: 10, estimatedCostMicroUsd: 5, longestMs: 0 },
};
const limit = (change: Partial<Limit> = {}): Limit => ({
  ...{ id: "l1", subjectKind: "key", subjectId: "k1", metric: "requests", window: "minute", amount: 2 },
  ...change,
});
const line = (change: Partial<LimitLine> = {}): LimitLine => ({
  ...{ subjectKind: "key", metric: "requests", window: "minute", amount: 10 },
  ...{ needed: 1, used: 0, reserved: 0, resetsInSeconds: 30 },
  ...change,
});

/** A database that counts what it is asked, and can be taken away. */
function fakeRows() {
  const rows = {
    limits: [] as Limit[],
    isDown: false,
    /** What the database says of a reservation, or a settlement, it cannot hold. */
    badReservation: null as string | null,
    badSettlement: null as string | null,
    reserved: [] as { estimatedTokens: number; estimatedCostMicroUsd: number | null; leaseMs: number }[],
    /** What its answers wait for. */
    gate: Promise.resolve(),
    settleAttempts: 0,
    asked: { lists: 0, reservations: 0 },
    settled: [] as Settlement[],
  };
  const answer = async <Result>(result: Result): Promise<Result> => {
    await rows.gate;
    if (rows.isDown) throw new AppError("unavailable", "The database does not answer.");
    return result;
  };
  const port: LimitRows = {
    listLimits: () => {
      rows.asked.lists++;
      return answer(rows.limits);
    },
    async reserveUsage(_scope, given) {
      rows.asked.reservations++;
      rows.reserved.push(given);
      if (rows.badReservation) throw Object.assign(new Error("no"), { code: rows.badReservation });
      return answer({ isAdmitted: true, hasExpired: false, lines: [line()] });
    },
    async settleUsage(_scope, settlements) {
      rows.settleAttempts++;
      if (settlements.some(({ reservationId }) => reservationId === rows.badSettlement))
        throw new Error("failed", { cause: Object.assign(new Error("bigint out of range"), { code: "22003" }) });
      rows.settled.push(...(await answer(settlements)));
    },
  };
  return { ...rows, port, state: rows };
}

let clock: ReturnType<typeof fixedClock>;
let rows: ReturnType<typeof fakeRows>;
let limits: ReturnType<typeof createLimits>;
beforeEach(() => {
  clock = fixedClock(Date.UTC(2026, 0, 31, 23, 59, 10));
  rows = fakeRows();
  limits = createLimits({
    ...{ rows: rows.port, clock, ids: sequentialIds(), logger: silentLogger },
    ...{ maxAgeMs: 1_000, leaseMs: 60_000, answerMs: 20 },
  });
});
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "admitted",
    (error: unknown) => (AppError.is(error) ? error.code : String(error)),
  );

describe("what is asked of the database", () => {
  it("is nothing for a call no limit applies to, but the limits themselves once a second", async () => {
    rows.state.limits = [limit({ subjectId: "another" }), limit({ subjectKind: "source_app", subjectId: null })];
    for (let n = 0; n < 20; n++) {
      const reservation = await limits.reserve(call);
      expect(reservation.headers).toEqual({});
      reservation.settle({ tokens: 1, costMicroUsd: 1 });
      if (n === 9) clock.advance(1_000);
    }
    await limits.close();
    expect([rows.state.asked, rows.state.settled]).toEqual([{ lists: 2, reservations: 0 }, []]);
  });

  it("is the limits once for calls that come together, and a new limit holds a second later", async () => {
    expect(await Promise.all([1, 2, 3].map(() => codeOf(limits.reserve(call))))).toEqual(Array(3).fill("admitted"));
    rows.state.limits = [limit()];
    clock.advance(1_000);
    await limits.reserve(call);
    expect(rows.state.asked).toEqual({ lists: 2, reservations: 1 });
  });
});

describe("while the database does not answer", () => {
  const goDown = async () => {
    await limits.reserve(call);
    rows.state.isDown = true;
    clock.advance(1_000);
  };

  it("a budget in money lets nothing through", async () => {
    rows.state.limits = [limit({ metric: "cost_micro_usd" }), limit()];
    await goDown();
    expect(await codeOf(limits.reserve(call))).toBe("budget_unavailable");
  });

  it("nothing goes through either when it is not known whether there is a budget", async () => {
    rows.state.isDown = true;
    expect(await codeOf(limits.reserve(call))).toBe("budget_unavailable");
  });

  it("rates are counted in this process, from nothing, and begin anew with their window", async () => {
    rows.state.limits = [limit(), limit({ id: "l2", metric: "tokens", amount: 1_000 })];
    await goDown();
    const reservation = await limits.reserve(call);
    expect(reservation.headers).toMatchObject({
      "ratelimit-limit": "2",
      "ratelimit-remaining": "1",
      "ratelimit-reset": "49",
    });
    expect(await codeOf(limits.reserve(call))).toBe("admitted");
    expect(await codeOf(limits.reserve(call))).toBe("rate_limited");
    clock.advance(60_000);
    expect(await codeOf(limits.reserve(call))).toBe("admitted");
  });

  it("calls without a limit go on", async () => {
    rows.state.limits = [limit({ subjectId: "another" })];
    await goDown();
    expect(await codeOf(limits.reserve(call))).toBe("admitted");
  });

  it("it is asked again a second later, and a late admission is given back", async () => {
    rows.state.limits = [limit()];
    await limits.reserve(call).then((first) => first.settle(null));
    let open = () => {};
    rows.state.gate = new Promise((resolve) => {
      open = resolve;
    });
    expect(await codeOf(limits.reserve(call))).toBe("admitted"); // by this process
    open();
    await limits.reserve(call);
    expect(rows.state.asked.reservations).toBe(2);
    clock.advance(1_000);
    await limits.reserve(call);
    expect(rows.state.asked.reservations).toBe(3);
    await limits.close();
    expect(rows.state.settled.map(({ actual }) => actual)).toEqual([null, null]);
  });

  it("settlements wait for it", async () => {
    rows.state.limits = [limit()];
    const reservation = await limits.reserve(call);
    rows.state.isDown = true;
    reservation.settle({ tokens: 3, costMicroUsd: 2 });
    await expect.poll(() => rows.state.settleAttempts).toBe(1);
    expect(rows.state.settled).toEqual([]);
    rows.state.isDown = false;
    await limits.close();
    expect(rows.state.settled.map(({ actual }) => actual)).toEqual([{ tokens: 3, costMicroUsd: 2 }]);
  });
});

describe("amounts a counter cannot hold", () => {
  it("are held as the most it can", async () => {
    rows.state.limits = [limit()];
    const huge = { estimatedTokens: 1e21, estimatedCostMicroUsd: Number.POSITIVE_INFINITY };
    const reservation = await limits.reserve({ ...call, ...huge });
    reservation.settle({ tokens: 1e19, costMicroUsd: 1e300 });
    await limits.close();
    expect(rows.state.reserved).toMatchObject([{ estimatedTokens: 1e15, estimatedCostMicroUsd: 1e15 }]);
    expect(rows.state.settled).toMatchObject([{ actual: { tokens: 1e15, costMicroUsd: 1e15 } }]);
  });

  it.each(["22003", "23514"])("refuse their own call (%s), and nobody else's", async (code) => {
    rows.state.limits = [limit({ metric: "cost_micro_usd" })];
    rows.state.badReservation = code;
    expect(await codeOf(limits.reserve(call))).toBe("budget_unavailable");
    rows.state.badReservation = null;
    expect(await codeOf(limits.reserve(call))).toBe("admitted");
  });

  it("are dropped alone from their batch", async () => {
    rows.state.limits = [limit()];
    const reservations = await Promise.all(Array.from({ length: 9 }, () => limits.reserve(call)));
    rows.state.badSettlement = "00000000-0000-7000-8000-000000000004";
    for (const [tokens, reservation] of reservations.entries()) reservation.settle({ tokens, costMicroUsd: null });
    await limits.close();
    const tokens = rows.state.settled.map(({ actual }) => actual?.tokens);
    expect(tokens).toHaveLength(8);
  });
});

it("a lease lasts as long as its call may, a settlement without a count what was estimated", async () => {
  rows.state.limits = [limit()];
  (await limits.reserve(call)).settle({ tokens: null, costMicroUsd: null });
  await limits.reserve({ ...call, longestMs: 7_200_000 });
  await limits.reserve({ ...call, longestMs: Number.POSITIVE_INFINITY });
  await limits.close();
  expect(rows.state.reserved.map(({ leaseMs }) => leaseMs)).toEqual([60_000, 7_260_000, 2 ** 31 - 1]);
  expect(rows.state.settled).toMatchObject([{ actual: { tokens: 10, costMicroUsd: null } }]);
});

describe("what a caller is told", () => {
  it("is the limit with the smallest share left", () => {
    const headers = describeLimits([
      line({ used: 5 }),
      line({ metric: "tokens", window: "month", subjectKind: "source_app", amount: 1_000, used: 800, reserved: 100 }),
    ]);
    expect(headers).toMatchObject({
      "ratelimit-limit": "1000",
      "ratelimit-remaining": "100",
      "ratelimit-policy": '"tokens-month-source-app";q=1000',
      ratelimit: '"tokens-month-source-app";r=100;t=30',
    });
  });

  it("is never less than nothing left, after an overshoot", () => {
    expect(describeLimits([line({ used: 14 })])["ratelimit-remaining"]).toBe("0");
  });

  it("is to wait for the limit that lasts longest, and not at all when the call alone is too large", () => {
    const error = refusalOf([line({ used: 10 }), line({ used: 10, window: "day", resetsInSeconds: 500 }), line()]);
    expect(error).toMatchObject({ code: "rate_limited", status: 429, headers: { "retry-after": "500" } });
    expect(refusalOf([line({ metric: "tokens", needed: 11 })])).not.toHaveProperty("headers.retry-after");
  });
});

it.each([
  ["minute", "2026-01-31T23:59:00.000Z", "2026-02-01T00:00:00.000Z"],
  ["day", "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
  ["month", "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
] as const)("a %s is the calendar's, in UTC", (window, start, end) => {
  const { startMs, endMs } = windowAt(window, Date.UTC(2026, 0, 31, 23, 59, 59, 999));
  expect([new Date(startMs).toISOString(), new Date(endMs).toISOString()]).toEqual([start, end]);
});
