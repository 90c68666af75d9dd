import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FastifyRequest } from "fastify";
import { callerAs, newUuid } from "../../../../tests/support/examples/sample-model.ts";
import { startTestApp, type TestApp } from "../../../../tests/support/server/test-app.ts";
import { openAdmission } from "../../../authorization/open-admission.ts";
import type { Account } from "../../../model/account.ts";
import { ANONYMOUS, type Caller } from "../../../model/caller.ts";
import { Failure, type FailureKind } from "../../../model/failure.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { type SelectedAccountRoute, selectedAccountSubject } from "./selected-account.ts";

const ROUTE: SelectedAccountRoute = {
  subject: "selected-account",
  method: "GET",
  path: "/2.0/users/{selected_user}/keys",
  apiTokenScopes: [],
  oauthScopes: [],
  handle: () => assert.fail("no handler is reached here"),
};

let app: TestApp;
let other: Account;

before(async () => {
  app = await startTestApp();
  other = await createAccount(app.ports, app.by, { email: "other@example.com", username: "other" });
});
after(() => app.close());

function admit(caller: Caller, selected: string) {
  const request = {} as FastifyRequest;
  return selectedAccountSubject.admit(app.ports, ROUTE, {
    admission: openAdmission(app.ports, { caller, address: "192.0.2.1", writesAt: undefined }, ROUTE),
    params: { selected_user: selected },
    request,
  });
}

test("admits the account itself, by its UUID or its account id", async () => {
  for (const selected of [`{${other.uuid}}`, other.uuid, other.accountId]) {
    const { account } = await admit(callerAs(other), selected);
    assert.equal(account.uuid, other.uuid);
  }
});

for (const [who, kind, ask] of [
  ["another account", "permission-missing", () => admit(callerAs(app.owner), other.uuid)],
  ["who sends no credential", "credential-missing", () => admit(ANONYMOUS, other.uuid)],
  ["whoever names an account that is not there", "not-found", () => admit(callerAs(other), newUuid())],
] as const satisfies readonly (readonly [string, FailureKind, () => Promise<unknown>])[]) {
  test(`refuses ${who}`, () =>
    assert.rejects(ask, (error) => error instanceof Failure && error.kind === kind));
}
