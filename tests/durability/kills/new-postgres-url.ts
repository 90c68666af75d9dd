import assert from "node:assert/strict";
import { after } from "node:test";
import { createTestDatabaseSettings } from "../../support/database/test-database.ts";

/** Of a new database of PostgreSQL, which goes when the tests end. */
export async function newPostgresUrl(): Promise<string> {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  return settings.url.reveal();
}
