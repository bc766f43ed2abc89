import { describeApiKey, hashPassword, isStrongApiKey, makeApiKey } from "@aurora/auth";
import { type Clock, type Ids, type SystemScope, systemScope, type TenantScope, tenantScope } from "@aurora/kernel";
import { foldEmail } from "./sign-in.ts";

const bootstrapKeyLifeMs = 24 * 60 * 60_000;

/** What a person needs to sign in the first time. */
export interface FirstAdministratorNote {
  readonly email: string;
  readonly password: string;
  readonly api_key: string;
  readonly api_key_expires_at: string;
}

interface Deps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly accounts: {
    hasTenants(scope: SystemScope): Promise<boolean>;
    createTenant(
      scope: TenantScope,
      tenant: {
        readonly name: string;
        readonly at: Date;
        readonly administrator: {
          readonly id: string;
          readonly email: string;
          readonly emailFolded: string;
          readonly name: string;
          readonly passwordHash: string;
          readonly role: "superadmin";
          readonly locale: string;
          readonly isService: boolean;
          readonly mustChangePassword: boolean;
          readonly createdAt: Date;
        };
        readonly sourceApp: { readonly name: string; readonly label: string };
        readonly callerApps: readonly { readonly id: string; readonly name: string; readonly label: string }[];
        readonly apiKey: {
          readonly id: string;
          readonly name: string;
          readonly role: "superadmin";
          readonly prefix: string;
          readonly keyHash: string;
          readonly permissions: readonly never[];
          readonly callerApps: readonly never[];
          readonly createdBy: string;
          readonly createdAt: Date;
          readonly expiresAt: Date;
        };
      },
    ): Promise<void>;
  };
  /** Written before the account exists, readable by its owner alone: a crash between the two locks nobody out. */
  readonly note: { write(note: FirstAdministratorNote): Promise<void> };
}

interface Wishes {
  readonly email: string;
  readonly password: string | null;
  readonly apiKey: string | null;
  readonly companyName: string;
  readonly locale: string;
}

/**
 * Makes the organisation, its superadmin, a key that lives 24 hours, and the corpora and calling applications every
 * installation starts with. Does nothing where a tenant exists.
 * @returns whether this was the first start.
 * @throws Error when the wished key is weaker than one we make.
 */
export async function createFirstAdministrator(deps: Deps, wishes: Wishes): Promise<boolean> {
  const { accounts, clock, ids } = deps;
  if (await accounts.hasTenants(systemScope("first start"))) return false;
  if (wishes.apiKey !== null && !isStrongApiKey(wishes.apiKey))
    throw new Error("ADMIN_API_KEY must be nxk_ followed by 40 or more random characters");
  const at = new Date(clock.nowMs());
  const password = wishes.password ?? ids.secret(15);
  const key = wishes.apiKey === null ? makeApiKey(ids) : describeApiKey(wishes.apiKey);
  const expiresAt = new Date(at.getTime() + bootstrapKeyLifeMs);
  const userId = ids.uuid();
  await deps.note.write({
    email: wishes.email,
    password,
    api_key: key.key,
    api_key_expires_at: expiresAt.toISOString(),
  });
  const isFrench = wishes.locale.startsWith("fr");
  const scope = tenantScope(ids.uuid(), { kind: "job", id: "first start", role: "system" }, "all");
  await accounts.createTenant(scope, {
    name: wishes.companyName,
    at,
    administrator: {
      id: userId,
      email: wishes.email,
      emailFolded: foldEmail(wishes.email),
      name: isFrench ? "Administrateur" : "Administrator",
      passwordHash: await hashPassword(password),
      role: "superadmin",
      locale: isFrench ? "fr" : "en",
      isService: false,
      mustChangePassword: false, // strong, random, in a 0600 file: the first minutes belong to the first question
      createdAt: at,
    },
    sourceApp: { name: "default", label: "Documents" },
    callerApps: [
      { id: ids.uuid(), name: "aurora_nexus_ui", label: "Aurora Nexus" },
      { id: ids.uuid(), name: "unknown", label: isFrench ? "Non déclarée" : "Not declared" },
    ],
    apiKey: {
      id: ids.uuid(),
      name: "bootstrap",
      role: "superadmin",
      prefix: key.prefix,
      keyHash: key.hash,
      permissions: [],
      callerApps: [],
      createdBy: userId,
      createdAt: at,
      expiresAt,
    },
  });
  return true;
}
