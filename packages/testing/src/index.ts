export { startTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./database.ts";
export {
  createDocument,
  createSourceApp,
  createTenant,
  createUser,
  type DocumentRow,
  type UserRow,
  userScope,
} from "./factories.ts";
export { databaseServers, machine } from "./machine.ts";
export type { TestConnection } from "./server.ts";
