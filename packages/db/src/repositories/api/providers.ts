import type { CallTimeouts, Provider } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, asc, eq, inArray, notInArray, sql } from "drizzle-orm";
import { type Database, type Transaction, violatedConstraint } from "../../database.ts";
import { llmCredentials, llmModels, llmProviders } from "../../schema/index.ts";

interface SealedCredential {
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}
/** `defaultModel`: undefined leaves the tenant's default alone, null takes it from this provider. */
interface ProviderChange {
  readonly baseUrl?: string;
  readonly location?: "local" | "external";
  readonly isActive?: boolean;
  readonly models?: readonly { readonly id: string; readonly name: string }[];
  readonly defaultModel?: string | null;
  readonly credential?: SealedCredential;
  readonly apiVersion?: string | null;
  readonly timeouts?: CallTimeouts;
  readonly at: Date;
}

const noTimeouts: CallTimeouts = { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null };

/** Providers with their models and sealed credentials. A credential is written here and read by the Gateway alone. */
export function createProviderRepository(db: Database) {
  async function load(tx: Transaction, ids: readonly string[] | null): Promise<Provider[]> {
    const providers = await tx
      .select({ provider: llmProviders, credentialSetAt: llmCredentials.createdAt })
      .from(llmProviders)
      .leftJoin(llmCredentials, eq(llmCredentials.providerId, llmProviders.id))
      .where(ids ? inArray(llmProviders.id, [...ids]) : undefined)
      .orderBy(asc(llmProviders.name));
    const models = await tx.select().from(llmModels).orderBy(asc(llmModels.name));
    return providers.map(({ credentialSetAt, provider }) => ({
      id: provider.id,
      source: "database",
      name: provider.name,
      kind: provider.kind,
      base_url: provider.baseUrl,
      location: provider.location,
      is_active: provider.isActive,
      has_credential: credentialSetAt !== null,
      credential_set_at: credentialSetAt?.toISOString() ?? null,
      api_version: provider.apiVersion,
      timeouts: { ...noTimeouts, ...provider.timeouts },
      models: models
        .filter((model) => model.providerId === provider.id)
        .map(({ id, name, isDefault }) => ({ id, name, is_default: isDefault })),
      created_at: provider.createdAt.toISOString(),
    }));
  }

  async function apply(tx: Transaction, tenantId: string, providerId: string, change: ProviderChange): Promise<void> {
    const { models, defaultModel, credential } = change;
    if (models) {
      const names = models.map((model) => model.name);
      await tx.delete(llmModels).where(and(eq(llmModels.providerId, providerId), notInArray(llmModels.name, names)));
      await tx
        .insert(llmModels)
        .values(models.map((model) => ({ ...model, tenantId, providerId })))
        .onConflictDoNothing();
    }
    if (defaultModel === null)
      await tx.update(llmModels).set({ isDefault: false }).where(eq(llmModels.providerId, providerId));
    if (defaultModel) {
      await tx.update(llmModels).set({ isDefault: false }).where(eq(llmModels.isDefault, true));
      const isIt = and(eq(llmModels.providerId, providerId), eq(llmModels.name, defaultModel));
      await tx.update(llmModels).set({ isDefault: true }).where(isIt);
    }
    if (credential) {
      const values = { ...credential, createdAt: change.at };
      await tx
        .insert(llmCredentials)
        .values({ ...values, tenantId, providerId })
        .onConflictDoUpdate({ target: llmCredentials.providerId, set: values });
    }
  }
  /** What was approved is a provider at one place: elsewhere it is another one. */
  async function withdrawApprovals(tx: Transaction, id: string): Promise<void> {
    for (const table of [sql`source_apps_config`, sql`virtual_keys`])
      await tx.execute(sql`update ${table} set approved_provider_ids = array_remove(approved_provider_ids, ${id}::uuid)
        where ${id}::uuid = any (approved_provider_ids)`);
  }
  const only = async (tx: Transaction, id: string) => (await load(tx, [id]))[0] ?? null;

  return {
    listProviders: (scope: TenantScope) => db.inScope(scope, (tx) => load(tx, null)),

    findMissingProviders: (scope: TenantScope, ids: readonly string[]) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .select({ id: llmProviders.id })
          .from(llmProviders)
          .where(inArray(llmProviders.id, [...ids]));
        return ids.filter((id) => !rows.some((row) => row.id === id));
      }),

    /** The model new questions go to; null = none configured, the offline engine answers. */
    findDefaultModel: (scope: TenantScope) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .select({ name: llmModels.name, provider: llmProviders.name })
          .from(llmModels)
          .innerJoin(llmProviders, eq(llmProviders.id, llmModels.providerId))
          .where(and(eq(llmModels.isDefault, true), eq(llmProviders.isActive, true)));
        return rows[0] ?? null;
      }),

    /** @returns null when the name is taken. */
    insertProvider: (
      scope: TenantScope,
      provider: { id: string; name: string; kind: Provider["kind"]; baseUrl: string; location: Provider["location"] },
      rest: ProviderChange,
    ) =>
      db
        .inScope(scope, async (tx) => {
          const { apiVersion = null, timeouts = {} } = rest;
          const createdAt = rest.at;
          await tx
            .insert(llmProviders)
            .values({ ...provider, tenantId: scope.tenantId, createdAt, apiVersion, timeouts });
          await apply(tx, scope.tenantId, provider.id, rest);
          return only(tx, provider.id);
        })
        .catch((error: unknown) => {
          if (violatedConstraint(error) === "llm_providers_tenant_id_name_key") return null;
          throw error;
        }),

    /** Approvals that named it are withdrawn when its address or location changes. */
    updateProvider: (scope: TenantScope, id: string, change: ProviderChange) =>
      db.inScope(scope, async (tx) => {
        const { apiVersion, baseUrl, isActive, location, timeouts } = change;
        const [before] = await tx.select().from(llmProviders).where(eq(llmProviders.id, id)).for("update");
        if (!before) return null;
        if ((baseUrl ?? before.baseUrl) !== before.baseUrl || (location ?? before.location) !== before.location)
          await withdrawApprovals(tx, id);
        const columns = Object.fromEntries(
          Object.entries({ apiVersion, baseUrl, isActive, location, timeouts }).filter(
            ([, value]) => value !== undefined,
          ),
        );
        if (Object.keys(columns).length > 0) await tx.update(llmProviders).set(columns).where(eq(llmProviders.id, id));
        await apply(tx, scope.tenantId, id, change);
        return only(tx, id);
      }),

    /** Approvals that named it are withdrawn with it. @returns false when there is none. */
    deleteProvider: (scope: TenantScope, id: string) =>
      db.inScope(scope, async (tx) => {
        await withdrawApprovals(tx, id);
        return (
          (await tx.delete(llmProviders).where(eq(llmProviders.id, id)).returning({ id: llmProviders.id })).length > 0
        );
      }),
  };
}
