import type { LimitMetric, LimitSubjectKind, LimitWindow } from "@aurora/contracts";
import { boolean, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { counter, instant, tenantId } from "./columns.ts";

export const virtualKeys = pgTable("virtual_keys", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  name: text("name").notNull(),
  prefix: text("prefix").notNull(),
  keyHash: text("key_hash").notNull(),
  callerApp: text("caller_app").notNull(),
  sourceApp: text("source_app"),
  userId: uuid("user_id"),
  /** null = every model. */
  allowedModels: text("allowed_models").array(),
  egress: text("egress").$type<"local_only" | "approved">().notNull(),
  approvedProviderIds: uuid("approved_provider_ids").array().notNull(),
  sharesCache: boolean("shares_cache").notNull(),
  createdBy: uuid("created_by"),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  lastUsedAt: instant("last_used_at"),
  revokedAt: instant("revoked_at"),
});

export const usageLimits = pgTable("usage_limits", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  subjectKind: text("subject_kind").$type<LimitSubjectKind>().notNull(),
  /** null = the tenant; of another kind, each one that has no such limit of its own. */
  subjectId: text("subject_id"),
  metric: text("metric").$type<LimitMetric>().notNull(),
  period: text("period").$type<LimitWindow>().notNull(),
  amount: counter("amount").notNull(),
  createdAt: instant("created_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
});

/** Written by `reserve_usage` and `settle_usage` alone (migrations/0008_virtual_keys_limits.sql). */
export const usageCounters = pgTable(
  "usage_counters",
  {
    tenantId: tenantId(),
    limitId: uuid("limit_id").notNull(),
    subject: text("subject").notNull(),
    windowStart: instant("window_start").notNull(),
    used: counter("used").notNull(),
    reserved: counter("reserved").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.limitId, table.subject] })],
);

export const usageReservations = pgTable(
  "usage_reservations",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull(),
    limitId: uuid("limit_id").notNull(),
    subject: text("subject").notNull(),
    windowStart: instant("window_start").notNull(),
    amount: counter("amount").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.id, table.limitId] })],
);
