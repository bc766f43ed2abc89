import type { Permission, Role } from "@aurora/contracts";
import { type Database, schema } from "@aurora/db";
import { jobScope, sha256Hex, systemIds, type TenantScope, tenantScope } from "@aurora/kernel";

// Rows that tests need before they begin. Each has working values for everything a test does not care about.

/** @returns The scope of a job of the new tenant, which may do everything in it. */
export async function createTenant(database: Database, name = "Halbran"): Promise<TenantScope> {
  const scope = jobScope(systemIds.uuid(), "test");
  await database.inScope(scope, (tx) =>
    tx.insert(schema.tenants).values({ id: scope.tenantId, name, createdAt: new Date() }),
  );
  return scope;
}

export type UserRow = typeof schema.users.$inferSelect;
/** A user who cannot log in unless a `passwordHash` is given. */
export async function createUser(
  database: Database,
  scope: TenantScope,
  values: Partial<typeof schema.users.$inferInsert> = {},
): Promise<UserRow> {
  const id = systemIds.uuid();
  const email = values.email ?? `user-${id}@example.org`;
  const [user] = await database.inScope(scope, (tx) =>
    tx
      .insert(schema.users)
      .values({
        id,
        tenantId: scope.tenantId,
        email,
        emailFolded: email.toLowerCase(),
        name: "Test User",
        passwordHash: "none",
        role: "user",
        locale: "fr",
        createdAt: new Date(),
        ...values,
      })
      .returning(),
  );
  return inserted(user);
}

export async function createSourceApp(
  database: Database,
  scope: TenantScope,
  sourceApp = "default",
  values: Partial<typeof schema.sourceAppsConfig.$inferInsert> = {},
): Promise<string> {
  await database.inScope(scope, (tx) =>
    tx
      .insert(schema.sourceAppsConfig)
      .values({
        tenantId: scope.tenantId,
        sourceApp,
        label: sourceApp,
        description: "",
        createdAt: new Date(),
        ...values,
      })
      .onConflictDoNothing(),
  );
  return sourceApp;
}

export type DocumentRow = typeof schema.documents.$inferSelect;
/** A completed upload without any version; its source app is made when absent. */
export async function createDocument(
  database: Database,
  scope: TenantScope,
  values: Partial<typeof schema.documents.$inferInsert> = {},
): Promise<DocumentRow> {
  const id = values.id ?? systemIds.uuid();
  const sourceApp = await createSourceApp(database, scope, values.sourceApp ?? "default");
  const [document] = await database.inScope(scope, (tx) =>
    tx
      .insert(schema.documents)
      .values({
        id,
        tenantId: scope.tenantId,
        title: "Test document",
        filename: "document.md",
        mediaType: "text/markdown",
        sizeBytes: 4,
        sha256: sha256Hex("test"),
        sourceApp,
        objectKey: `documents/${id}/original`,
        callerApp: "unknown",
        createdAt: new Date(),
        updatedAt: new Date(),
        ...values,
      })
      .returning(),
  );
  return inserted(document);
}

/** The scope of a person of the same tenant, with the given rights and no others. */
export const userScope = (
  scope: TenantScope,
  grants: Partial<Record<Permission, readonly string[]>>,
  user: { readonly id: string; readonly role: Role } = { id: systemIds.uuid(), role: "user" },
): TenantScope =>
  tenantScope(scope.tenantId, { kind: "user", ...user }, { read: [], ingest: [], manage: [], ...grants });

function inserted<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("the insert returned no row");
  return row;
}
