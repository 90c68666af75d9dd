import { type PostgresServer, startPostgres } from "./postgres.ts";

let server: PostgresServer | undefined;

/** Starts one PostgreSQL for all test files, which inherit its URL, unless one is given. */
export async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL !== undefined) return;
  server = await startPostgres();
  process.env.TEST_DATABASE_URL = server.url;
}

export async function globalTeardown(): Promise<void> {
  server?.stop();
}
