/**
 * What the machine that runs the tests offers besides what npm installs. Tests have no `main.ts`: this is the one
 * place that reads their environment. Each server is a throw-away one.
 */
export const machine = {
  /** Superuser of a PostgreSQL ≥ 15. */
  databaseAdminUrl: process.env.NEXUS_TEST_DATABASE_ADMIN_URL,
  redisUrl: process.env.NEXUS_TEST_REDIS_URL,
  /** Of the kills of the chaos test: another seed is another run. */
  chaosSeed: Number(process.env.NEXUS_CHAOS_SEED ?? 1),
} as const;

/** The PostgreSQL servers a suite runs on: `describe.skipIf(isAbsent).each`-style, the reason in the name. */
export const databaseServers: readonly {
  readonly name: string;
  readonly adminUrl: string | undefined;
  readonly isAbsent: boolean;
}[] = [
  { name: "embedded PostgreSQL", adminUrl: undefined, isAbsent: false },
  machine.databaseAdminUrl === undefined
    ? {
        name: "PostgreSQL of the machine (skipped: NEXUS_TEST_DATABASE_ADMIN_URL is not set)",
        adminUrl: undefined,
        isAbsent: true,
      }
    : { name: "PostgreSQL of the machine", adminUrl: machine.databaseAdminUrl, isAbsent: false },
];
