import { jobScope, systemIds } from "@aurora/kernel";
import { databaseServers, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, describe } from "vitest";
import { vectorStoreContract } from "./contract/index.ts";
import { createEmbeddedVectorStore } from "./embedded/index.ts";
import { createMemoryVectorStore } from "./memory/index.ts";

vectorStoreContract("memory", async () => {
  const store = createMemoryVectorStore(); // there is no other process
  const tenant = () => jobScope(systemIds.uuid(), "contract");
  return { connect: () => store, tenants: [tenant(), tenant()], close: async () => undefined };
});

for (const server of databaseServers)
  describe.skipIf(server.isAbsent)(server.name, () => {
    let test: TestDatabase;
    beforeAll(async () => {
      test = await startTestDatabase({ adminUrl: server.adminUrl });
    });
    afterAll(() => test.close());
    vectorStoreContract("embedded", async () => ({
      connect: () => createEmbeddedVectorStore({ pool: test.database.pool }),
      tenants: [await test.createTenant("Alpha"), await test.createTenant("Beta")],
      close: async () => undefined,
    }));
  });
