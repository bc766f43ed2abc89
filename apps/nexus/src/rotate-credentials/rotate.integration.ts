import { randomBytes } from "node:crypto";
import { createCredentialCipher } from "@aurora/auth";
import { createCredentialRows } from "@aurora/db";
import { systemIds, type TenantScope } from "@aurora/kernel";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rotateCredentials } from "./rotate.ts";

const newKey = () => randomBytes(32).toString("base64url");
const [old, present, lost] = [newKey(), newKey(), newKey()];
const oldCipher = createCredentialCipher(old);
const both = createCredentialCipher(present, [old]);

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());

async function addProvider(scope: TenantScope, cipher: typeof both, secret: string): Promise<string> {
  const id = systemIds.uuid();
  const { ciphertext, keyId, nonce } = cipher.seal({ tenantId: scope.tenantId, providerId: id }, secret);
  const values = [id, scope.tenantId];
  await db.admin.query(
    "insert into llm_providers (id, tenant_id, name, kind, base_url, location, created_at) values ($1::uuid, $2, $1::uuid::text, 'openai', 'x', 'external', now())",
    values,
  );
  await db.admin.query(
    "insert into llm_credentials (provider_id, tenant_id, key_id, nonce, ciphertext, created_at) values ($1, $2, $3, $4, $5, now())",
    [...values, keyId, nonce, ciphertext],
  );
  return id;
}
async function read(scope: TenantScope, providerId: string, cipher: typeof both): Promise<string> {
  const { rows } = await db.admin.query(
    "select key_id, nonce, ciphertext from llm_credentials where provider_id = $1",
    [providerId],
  );
  const sealed = { keyId: rows[0].key_id, nonce: rows[0].nonce, ciphertext: rows[0].ciphertext };
  return cipher.open({ tenantId: scope.tenantId, providerId }, sealed);
}

it("seals every tenant's keys anew, after which the old master key is not needed", async () => {
  const [alpha, beta] = [await db.createTenant("Alpha"), await db.createTenant("Beta")];
  const first = await addProvider(alpha, oldCipher, "sk-alpha");
  const second = await addProvider(beta, oldCipher, "sk-beta");
  const third = await addProvider(beta, both, "sk-new");
  const gone = await addProvider(beta, createCredentialCipher(lost), "sk-lost");
  const rows = createCredentialRows(db.database);

  expect(await read(alpha, first, both)).toBe("sk-alpha"); // before: services hold both keys
  expect(await rotateCredentials(rows, both)).toEqual({
    rotated: 2,
    current: 1,
    changedMeanwhile: 0,
    unreadable: [{ tenantId: beta.tenantId, providerId: gone }],
  });
  const alone = createCredentialCipher(present);
  expect(await read(alpha, first, alone)).toBe("sk-alpha");
  expect(await read(beta, second, alone)).toBe("sk-beta");
  expect(await read(beta, third, alone)).toBe("sk-new");
  expect(await rotateCredentials(rows, both)).toMatchObject({ rotated: 0, current: 3 });

  // a row put into another tenant's place does not open there, old or new
  await db.admin.query(
    "update llm_credentials c set key_id = o.key_id, nonce = o.nonce, ciphertext = o.ciphertext from llm_credentials o where c.provider_id = $1 and o.provider_id = $2",
    [second, first],
  );
  await expect(read(beta, second, both)).rejects.toMatchObject({ code: "unavailable" });
});

it("does not put an older key in the place of one entered while it ran", async () => {
  const scope = await db.createTenant("Gamma");
  const id = await addProvider(scope, oldCipher, "sk-before");
  const rows = createCredentialRows(db.database);
  const rotation = await rotateCredentials(
    {
      ...rows,
      async replaceCredential(tenant, before, after) {
        const entered = both.seal({ tenantId: scope.tenantId, providerId: id }, "sk-entered");
        await db.admin.query(
          "update llm_credentials set key_id = $2, nonce = $3, ciphertext = $4 where provider_id = $1",
          [id, entered.keyId, entered.nonce, entered.ciphertext],
        );
        return rows.replaceCredential(tenant, before, after);
      },
    },
    both,
  );
  expect(rotation).toMatchObject({ rotated: 0, changedMeanwhile: 1 });
  expect(await read(scope, id, both)).toBe("sk-entered");
});
