import type { IngestionSettings, Permission, Role } from "@aurora/contracts";
import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns.ts";

export const tenants = pgTable("tenants", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull(),
  publicLinksEnabled: boolean("public_links_enabled").notNull().default(true),
  /** Whose vectors questions are compared with; null until the first document is published. */
  embedderId: text("embedder_id"),
  embedderSince: instant("embedder_since"),
  /** Before it; their vectors are still to be removed. */
  retiredEmbedderIds: text("retired_embedder_ids").array().notNull().default([]),
});

export const users = pgTable("users", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  email: text("email").notNull(),
  emailFolded: text("email_folded").notNull(),
  name: text("name").notNull(),
  passwordHash: text("password_hash").notNull(),
  role: text("role").$type<Role>().notNull(),
  locale: text("locale").notNull(),
  isService: boolean("is_service").notNull().default(false),
  isActive: boolean("is_active").notNull().default(true),
  mustChangePassword: boolean("must_change_password").notNull().default(false),
  tokenVersion: integer("token_version").notNull().default(1),
  createdAt: instant("created_at").notNull(),
  lastLoginAt: instant("last_login_at"),
});

export const sourceAppsConfig = pgTable(
  "source_apps_config",
  {
    tenantId: tenantId(),
    sourceApp: text("source_app").notNull(),
    label: text("label").notNull(),
    description: text("description").notNull(),
    egress: text("egress").$type<"local_only" | "approved">().notNull().default("local_only"),
    approvedProviderIds: uuid("approved_provider_ids").array().notNull().default([]),
    isActive: boolean("is_active").notNull().default(true),
    createdAt: instant("created_at").notNull(),
    ingestion: jsonb("ingestion").$type<Partial<IngestionSettings>>().notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceApp] })],
);

export const userPermissions = pgTable(
  "user_permissions",
  {
    tenantId: tenantId(),
    userId: uuid("user_id").notNull(),
    sourceApp: text("source_app").notNull(),
    canRead: boolean("can_read").notNull(),
    canIngest: boolean("can_ingest").notNull(),
    canManage: boolean("can_manage").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.userId, table.sourceApp] })],
);

export const callerAppsConfig = pgTable("caller_apps_config", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  name: text("name").notNull(),
  label: text("label").notNull(),
  description: text("description").notNull(),
  isActive: boolean("is_active").notNull().default(true),
  createdAt: instant("created_at").notNull(),
});

export const apiKeys = pgTable("api_keys", {
  id: uuid("id").primaryKey(),
  tenantId: tenantId(),
  name: text("name").notNull(),
  role: text("role").$type<"superadmin" | "admin" | "user">().notNull(),
  prefix: text("prefix").notNull(),
  keyHash: text("key_hash").notNull(),
  permissions: jsonb("permissions")
    .$type<readonly { readonly source_app: string; readonly permissions: readonly Permission[] }[]>()
    .notNull(),
  callerApps: text("caller_apps").array().notNull(),
  createdBy: uuid("created_by"),
  createdAt: instant("created_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  lastUsedAt: instant("last_used_at"),
  revokedAt: instant("revoked_at"),
});

/** Belongs to no tenant: reached by `inSystem`. */
export const loginThrottle = pgTable("login_throttle", {
  keyHash: text("key_hash").primaryKey(),
  failures: integer("failures").notNull(),
  blockedUntil: instant("blocked_until"),
  updatedAt: instant("updated_at").notNull(),
});
