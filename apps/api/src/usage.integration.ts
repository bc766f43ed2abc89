import type { UsageCall, UsageReport } from "@aurora/contracts";
import { systemIds } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
const noon = Date.UTC(2026, 4, 10, 12);
const hourMs = 3_600_000;

interface Call {
  readonly at: number;
  readonly [column: string]: unknown;
}
const basic = {
  endpoint: "chat/completions",
  provider: "openai",
  model: "gpt",
  is_stream: false,
  status: 200,
  cache_status: "miss",
  egress: "external",
  total_ms: 100,
  upstream_ms: 90,
  prompt_tokens: 100,
  completion_tokens: 10,
  cost_usd: 0.01,
};

async function insert({ at, ...more }: Call, tenant = tenantId): Promise<void> {
  const row: Record<string, unknown> = {
    id: systemIds.uuid(),
    tenant_id: tenant,
    created_at: new Date(at),
    ...basic,
    ...more,
  };
  const columns = Object.keys(row);
  await api.database.admin.query(
    `insert into llm_usage (${columns.join(", ")}) values (${columns.map((_, index) => `$${index + 1}`).join(", ")})`,
    Object.values(row),
  );
}
const get = async <Body = UsageReport>(query: string): Promise<Body> => {
  const reply = await send(api, { url: `/api/admin/usage${query}`, headers: bearer(api.adminKey) });
  expect(reply.text).not.toContain("elsewhere");
  expect(reply.status).toBe(200);
  return reply.body;
};
const day = "?from=2026-05-10T00:00:00Z&to=2026-05-11T00:00:00Z";

beforeAll(async () => {
  api = await startTestApi();
  tenantId = (await send(api, { url: "/api/auth/me", headers: bearer(api.adminKey) })).body.tenant_id;
  await insert({ at: noon, cached_tokens: 60, reasoning_tokens: 4, source_app: "juridique", caller_app: "ui" });
  await insert({ at: noon + 60_000, total_ms: 300, source_app: "juridique", cost_usd: null });
  await insert({ at: noon + hourMs, cache_status: "hit_exact", cost_usd: 0, saved_cost_usd: 0.02, upstream_ms: null });
  await insert({ at: noon + hourMs, status: 502, error_code: "upstream_failed", total_ms: 9_000, cost_usd: null });
  await insert({ at: noon + hourMs, status: 499, error_code: "client_closed", cost_usd: 0.001 });
  const stream = {
    is_stream: true,
    total_ms: 1_100,
    first_chunk_ms: 100,
    completion_tokens: 50,
    is_usage_estimated: true,
  };
  await insert({ at: noon + 2 * hourMs, ...stream, model: "=HYPERLINK(1)", provider: "anthropic" });
  await insert({ at: noon - 40 * 24 * hourMs });
  const foreign = systemIds.uuid();
  await api.database.admin.query("insert into tenants (id, name, created_at) values ($1, 'elsewhere', now())", [
    foreign,
  ]);
  for (let call = 0; call < 5; call++) await insert({ at: noon, model: "elsewhere", cost_usd: 100 }, foreign);
});
afterAll(() => api?.close());

describe("the figures of a day", () => {
  it("are those of its calls, of this tenant alone", async () => {
    const { interval, more_groups, totals } = await get(day);
    expect(totals).toEqual({
      requests: 6,
      errors: 1,
      aborted: 1,
      error_rate: 1 / 5,
      cache_hits: 1,
      cache_hit_rate: 1 / 4,
      tokens_in: 500,
      tokens_out: 90,
      tokens_cached: 60,
      tokens_reasoning: 4,
      cost_usd: expect.closeTo(0.021, 12),
      saved_cost_usd: 0.02,
      unpriced: 1,
      estimated: 1,
      latency_p50_ms: 200,
      latency_p95_ms: expect.closeTo(980, 3),
      time_to_first_token_p50_ms: 100,
      time_to_first_token_p95_ms: 100,
      tokens_per_second: 50,
    });
    expect([interval, more_groups]).toEqual(["hour", 0]);
  });

  it("come hour by hour, also where there was no call, and add up", async () => {
    const { series, totals } = await get(day);
    expect(series).toHaveLength(24);
    expect(series[0]).toMatchObject({ at: "2026-05-10T00:00:00.000Z", requests: 0, error_rate: null, cost_usd: 0 });
    expect(series.slice(12, 15).map(({ requests }) => requests)).toEqual([2, 3, 1]);
    expect(series.reduce((sum, point) => sum + point.tokens_in, 0)).toBe(totals.tokens_in);
  });

  it("come by the day of UTC, whatever the offset of the question", async () => {
    const { series } = await get("?from=2026-05-09T23:30:00-02:00&to=2026-05-12T00:00:00Z&interval=day");
    expect(series.map(({ at, requests }) => [at.slice(0, 10), requests])).toEqual([
      ["2026-05-10", 6],
      ["2026-05-11", 0],
    ]);
    expect((await get("?from=2026-03-01T00:00:00Z&to=2026-05-11T00:00:00Z")).interval).toBe("day");
  });

  it.each([
    [
      "model",
      [
        ["gpt", 5],
        ["=HYPERLINK(1)", 1],
      ],
    ],
    [
      "provider",
      [
        ["openai", 5],
        ["anthropic", 1],
      ],
    ],
    [
      "source_app",
      [
        [null, 4],
        ["juridique", 2],
      ],
    ],
    [
      "caller_app",
      [
        [null, 5],
        ["ui", 1],
      ],
    ],
    [
      "cache_status",
      [
        ["miss", 5],
        ["hit_exact", 1],
      ],
    ],
    [
      "error",
      [
        [null, 4],
        ["client_closed", 1],
        ["upstream_failed", 1],
      ],
    ],
    ["endpoint", [["chat/completions", 6]]],
  ])("can be told apart by %s", async (by, expected) => {
    const { groups } = await get(`${day}&by=${by}`);
    expect(groups.map(({ figures, key }) => [key, figures.requests])).toEqual(expected);
    for (const group of groups) {
      expect(group.requests.reduce((sum, count) => sum + count, 0)).toBe(group.figures.requests);
      expect(group.cost_usd.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(group.figures.cost_usd, 9);
      expect(group.tokens.reduce((sum, count) => sum + count, 0)).toBe(
        group.figures.tokens_in + group.figures.tokens_out,
      );
    }
  });

  it("name people and keys, and say how many groups they leave out", async () => {
    const me = (await send(api, { url: "/api/admin/users", headers: bearer(api.adminKey) })).body.items[0];
    const gone = systemIds.uuid();
    const at = Date.UTC(2026, 0, 5);
    await insert({ at, user_id: me.id });
    await insert({ at, user_id: me.id });
    await insert({ at, user_id: gone });
    const period = "?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z";
    const all = await get(`${period}&by=user`);
    expect(all.groups.map(({ key, label }) => [key, label])).toEqual([
      [me.id, me.email],
      [gone, null],
    ]);
    const { groups, more_groups } = await get(`${period}&by=user&limit=1`);
    expect([groups.length, more_groups]).toEqual([1, 1]);
    await insert({ at, key_id: gone });
    expect((await get(`${period}&by=key`)).groups).toMatchObject([{ key: null }, { key: gone, label: null }]);
  });

  it.each([
    ["source_app=juridique", 2],
    ["model=gpt&outcome=ok", 3],
    ["outcome=aborted", 1],
    ["error_code=upstream_failed", 1],
    ["cache_status=hit_exact", 1],
    ["provider=anthropic", 1],
    ["caller_app=ui", 1],
    ["endpoint=embeddings", 0],
  ])("are of the calls that match %s", async (filter, requests) => {
    expect((await get(`${day}&${filter}`)).totals.requests).toBe(requests);
  });

  it("are of the last 24 hours when nothing is said", async () => {
    await insert({ at: api.clock.nowMs() - hourMs, model: "recent" });
    const { from, to, totals } = await get("?model=recent");
    expect(totals.requests).toBe(1);
    expect(Date.parse(to) - Date.parse(from)).toBe(24 * hourMs);
  });
});

describe("the log of calls", () => {
  it("is paged from the newest, and holds every column", async () => {
    const seen: UsageCall[] = [];
    let cursor = "";
    do {
      const page = await get<{ items: UsageCall[]; next_cursor: string | null }>(
        `/calls${day}&limit=4${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items);
      cursor = page.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toHaveLength(6);
    expect(seen.map(({ created_at }) => created_at)).toEqual(
      [...seen.map(({ created_at }) => created_at)].sort().reverse(),
    );
    expect(seen.at(-1)).toMatchObject({ outcome: "ok", tokens_cached: 60, cost_usd: 0.01, source_app: "juridique" });
    expect(seen.map(({ outcome }) => outcome).sort()).toEqual(["aborted", "error", "ok", "ok", "ok", "ok"]);
  });

  it("shows all calls of one question or trace, whenever they were", async () => {
    const query = systemIds.uuid();
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    await insert({ at: Date.UTC(2026, 1, 1), query_id: query, trace_id: trace });
    expect((await get<{ items: UsageCall[] }>(`/calls?query_id=${query}`)).items).toMatchObject([{ trace_id: trace }]);
    const from = "from=2026-02-01T00:00:00Z&to=2026-02-02T00:00:00Z";
    expect((await get<{ items: UsageCall[] }>(`/calls?${from}&trace_id=${trace}`)).items).toHaveLength(1);
  });
});

describe("the CSV", () => {
  const csv = async (query: string) => {
    const reply = await send(api, { url: `/api/admin/usage/export${query}`, headers: bearer(api.adminKey) });
    expect(reply.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(reply.headers["content-disposition"]).toMatch(/^attachment; filename="usage-[a-z]+-[\d-]+\.csv"$/);
    expect(reply.text.startsWith("\ufeff")).toBe(true);
    return reply.text.slice(1).trimEnd().split("\r\n");
  };
  it("of the series has a line an interval", async () => {
    const [head, ...lines] = await csv(`${day}&table=series`);
    expect(head).toMatch(/^at,requests,errors,/);
    expect(lines).toHaveLength(24);
    expect(lines[12]).toMatch(/^2026-05-10T12:00:00.000Z,2,0,0,0,/);
  });
  it("of the groups and of the calls runs no formula", async () => {
    expect((await csv(`${day}&table=groups&by=model`)).slice(1)[1]).toMatch(/^'=HYPERLINK\(1\),,1,/);
    const calls = await csv(`${day}&table=calls`);
    expect(calls).toHaveLength(7);
    expect(calls[1]).toContain(",'=HYPERLINK(1),");
  });
  it("of more calls than one page has them all, once", async () => {
    await api.database.admin.query(
      `insert into llm_usage (id, tenant_id, endpoint, provider, model, is_stream, status, cache_status, egress, total_ms, created_at)
       select gen_random_uuid(), $1, 'embeddings', 'p', 'many', false, 200, 'bypass', 'none', 1, $2::timestamptz + (n / 3) * interval '1 ms'
       from generate_series(1, 2500) n`,
      [tenantId, new Date(noon + 5 * hourMs)],
    );
    const [, ...lines] = await csv(`${day}&table=calls&model=many`);
    expect(new Set(lines.map((line) => line.split(",")[0])).size).toBe(2_500);
  });
});
