import assert from "node:assert/strict";
import { test } from "node:test";
import { callerAs, newUuid, sampleAccount } from "../../tests/support/examples/sample-model.ts";
import { type AccountCaller, ANONYMOUS, type CallerCredential, OPERATOR } from "./caller.ts";
import { Failure } from "./failure.ts";
import { accountOf, accountWithin, actorOf, authorOf, quotaKeysOf, reaches, viewerOf } from "./who-acts.ts";

const ada = sampleAccount("ada");
const repository = { uuid: newUuid() };
const KINDS = ["session", "oauth", "access-token", "app", "ssh-key"] as const;

test("nobody has no account, sees what is public, and counts by network and together with all others", () => {
  assert.equal(accountOf(ANONYMOUS), undefined);
  assert.deepEqual(viewerOf(ANONYMOUS), { kind: "anonymous" });
  assert.deepEqual(actorOf(ANONYMOUS, "192.0.2.1"), { kind: "anonymous", address: "192.0.2.1" });
  assert.deepEqual(quotaKeysOf(ANONYMOUS, "192.0.2.0", repository), [
    { kind: "repository", id: repository.uuid },
    { kind: "address", id: "192.0.2.0" },
    { kind: "anonymous", id: "anonymous" },
  ]);
  assert.throws(
    () => authorOf(ANONYMOUS),
    (error) => error instanceof Failure && error.kind === "credential-missing",
  );
});

test("the operator has no account and is bound by no rule", () => {
  assert.equal(accountOf(OPERATOR), undefined);
  assert.deepEqual(authorOf(OPERATOR), { kind: "operator" });
});

for (const kind of KINDS) {
  test(`an account by ${kind} is the account, by that credential`, () => {
    const caller = withCredential({ kind });
    assert.equal(accountOf(caller), ada);
    assert.deepEqual(viewerOf(caller), { kind: "account", accountUuid: ada.uuid, bound: undefined });
    assert.deepEqual(authorOf(caller), { kind: "account", account: ada });
    const actor = actorOf(caller, "::1");
    assert.deepEqual(actor, {
      kind: "account",
      accountUuid: ada.uuid,
      credential: { kind, id: caller.credential.id },
      address: "::1",
    });
    assert.deepEqual(quotaKeysOf(caller, "::", undefined), [{ kind: "account", id: ada.uuid }]);
  });
}

test("a bound credential is its account within the bound, and nobody beside it", () => {
  const [workspaceUuid, projectUuid, repositoryUuid] = [newUuid(), newUuid(), newUuid()];
  const container = { workspaceUuid, projectUuid, repositoryUuid };
  for (const [bound, isIn] of [
    [undefined, true],
    [{ repositories: [repositoryUuid] }, true],
    [{ projects: [projectUuid] }, true],
    [{ workspaces: [workspaceUuid] }, true],
    [{ repositories: [newUuid()], projects: [newUuid()], workspaces: [newUuid()] }, false],
    // An id counts for what it is of.
    [{ workspaces: [repositoryUuid], projects: [workspaceUuid], repositories: [projectUuid] }, false],
    [{ repositories: [] }, false],
    // Other parts say nothing of where it counts.
    [{ refs: [], addresses: [] }, true],
    [{}, true],
  ] as const) {
    const caller = withCredential({ kind: "access-token", bound });
    assert.equal(reaches(caller, container), isIn);
    assert.equal(accountWithin(caller, container), isIn ? ada : undefined);
    assert.deepEqual(viewerOf(caller), { kind: "account", accountUuid: ada.uuid, bound });
  }
  const ofRepository = withCredential({ kind: "access-token", bound: { repositories: [repositoryUuid] } });
  assert.equal(reaches(ofRepository, { workspaceUuid, projectUuid }), false);
  assert.equal(reaches(ANONYMOUS, container), true);
});

function withCredential(given: Partial<CallerCredential> & { kind: (typeof KINDS)[number] }): AccountCaller {
  const caller = callerAs(ada);
  return { ...caller, credential: { ...caller.credential, ...given } as CallerCredential };
}
