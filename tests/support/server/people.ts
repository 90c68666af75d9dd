import type { Permission } from "../../../src/model/permission.ts";
import { SCOPES } from "../../../src/model/scope.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { upsertRepositoryPermission } from "../../../src/storage/sql/permissions/permissions.ts";
import { type RestOutcome, restAs } from "./filled-app.ts";
import type { TestApp } from "./test-app.ts";

/** Calls REST as somebody; `path` is behind `/2.0/repositories/acme/demo`. */
export type RestCall = (method: string, path: string, body?: unknown) => Promise<RestOutcome>;

/** An account of that name with the permission in `acme/demo`, and a token of all scopes. */
export async function addPerson(app: TestApp, name: string, permission: Permission): Promise<RestCall> {
  const email = `${name}@example.com`;
  const account = await createAccount(app.ports, app.by, { email, username: name });
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, permission);
  const token = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "t",
    scopes: SCOPES,
    ageDays: 1,
  });
  return restAs(app, email, token.text.reveal());
}
