import { DetailedHealth, Health, Overview } from "@aurora/contracts";
import { defineRoute } from "../../http/define-route.ts";

export const health = defineRoute({
  method: "GET",
  path: "/api/health",
  summary: "Whether the API and its stores answer: `ok` or `degraded`.",
  tag: "health",
  reply: Health,
  needs: "public",
  handle: async ({ deps }) => ({ status: (await deps.reportHealth()).status }),
});

export const ready = defineRoute({
  method: "GET",
  path: "/api/ready",
  summary: "200 when requests can be served, else 503.",
  tag: "health",
  reply: Health,
  needs: "public",
  handle: async ({ deps }) => {
    await deps.requireReady();
    return { status: "ok" as const };
  },
});

export const detailedHealth = defineRoute({
  method: "GET",
  path: "/api/admin/health",
  summary: "State of every component.",
  tag: "health",
  reply: DetailedHealth,
  needs: "admin",
  handle: ({ deps }) => deps.reportHealth(),
});

export const overview = defineRoute({
  method: "GET",
  path: "/api/admin/overview",
  summary: "First figures: corpus, questions, latency, cost, by day.",
  tag: "admin",
  reply: Overview,
  needs: "admin",
  handle: ({ deps, scope }) => deps.reportOverview(scope),
});

export const healthRoutes = [health, ready, detailedHealth, overview];
