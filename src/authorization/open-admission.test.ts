import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../tests/support/database/test-database.ts";
import {
  callerAs,
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleToken,
  sampleWorkspace,
} from "../../tests/support/examples/sample-model.ts";
import type { Config } from "../config/config.ts";
import type { Bound } from "../model/bound.ts";
import { ANONYMOUS, type Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { OauthScope } from "../model/oauth-scope.ts";
import { type AccessToken, scopeSetOf } from "../model/token.ts";
import { insertAccount } from "../storage/sql/accounts/accounts.ts";
import { upsertRepositoryPermission } from "../storage/sql/permissions/permissions.ts";
import { insertProject } from "../storage/sql/projects/projects.ts";
import { insertRepository } from "../storage/sql/repositories/repositories.ts";
import { insertWorkspace } from "../storage/sql/workspaces/workspaces.ts";
import { parseNetwork } from "./network.ts";
import { type CredentialRequirement, openAdmission } from "./open-admission.ts";
import { readmit, readmitToRead } from "./readmit.ts";

const WRITE: CredentialRequirement = {
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
};
const BY_PEOPLE: CredentialRequirement = { ...WRITE, credentialKinds: ["api-token", "session"] };

const ADDRESS = "192.0.2.7";
const HERE: Bound = { addresses: [parseNetwork("::/0")!, parseNetwork("192.0.2.0/29")!] };
const ELSEWHERE: Bound = { addresses: [parseNetwork("192.0.2.8/29")!] };

describeDatabases("an admission", (current) => {
  const ada = sampleAccount("ada");
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "ONE");
  const own = sampleRepository(workspace, project, "own");
  const read = sampleRepository(workspace, project, "read");
  const open = sampleRepository(workspace, project, "open", { isPrivate: false });
  const hidden = sampleRepository(workspace, project, "hidden");

  before(async () => {
    const db = current().database.kysely;
    await insertAccount(db, ada);
    await insertWorkspace(db, workspace);
    await insertProject(db, project);
    for (const repository of [own, read, open, hidden]) await insertRepository(db, repository);
    await upsertRepositoryPermission(db, own.uuid, ada.uuid, "write");
    await upsertRepositoryPermission(db, read.uuid, ada.uuid, "read");
  });

  function withToken(scopes: readonly OauthScope[], bound?: Bound): Caller {
    const token: AccessToken = { ...sampleToken(ada), kind: "access-token", scopes, bound };
    return {
      ...callerAs(ada),
      credential: {
        kind: "access-token",
        id: token.uuid,
        scopes: scopeSetOf(token),
        token,
        identity: undefined,
        bound,
      },
    };
  }

  const ofProject = { projects: [project.uuid] };
  for (const [why, caller, requirement, repository, expected] of [
    ["a session that may write", callerAs(ada), BY_PEOPLE, own, "admitted"],
    ["a token that may write", withToken(["repository:write"]), WRITE, own, "admitted"],
    ["a token whose scope implies that", withToken(["pullrequest:write"]), WRITE, own, "admitted"],
    [
      "a token bound to it",
      withToken(["repository:write"], { repositories: [own.uuid] }),
      WRITE,
      own,
      "admitted",
    ],
    ["a token bound to its project", withToken(["repository:write"], ofProject), WRITE, own, "admitted"],
    [
      "a token of a kind that is not taken, whatever else it lacks",
      withToken([]),
      BY_PEOPLE,
      hidden,
      "credential-kind-refused",
    ],
    [
      "a token without the scope, where nothing may be seen",
      withToken(["repository"]),
      WRITE,
      hidden,
      "scope-missing",
    ],
    ["a token where nothing may be seen", withToken(["repository:write"]), WRITE, hidden, "hidden"],
    ["a token where nothing is", withToken(["repository:write"]), WRITE, undefined, "hidden"],
    ["a token that may only read", withToken(["repository:write"]), WRITE, read, "permission-missing"],
    ["a token where all may read", withToken(["repository:write"]), WRITE, open, "permission-missing"],
    [
      "a token bound to another one",
      withToken(["repository:write"], { repositories: [read.uuid] }),
      WRITE,
      own,
      "hidden",
    ],
    [
      "a token bound to another one, in what is public",
      withToken(["repository:write"], { repositories: [read.uuid] }),
      WRITE,
      open,
      "hidden",
    ],
    ["a token bound to nothing", withToken(["repository:write"], { repositories: [] }), WRITE, own, "hidden"],
    ["a token bound to refs alone", withToken(["repository:write"], { refs: [] }), WRITE, own, "admitted"],
    ["a token bound to its network", withToken(["repository:write"], HERE), WRITE, own, "admitted"],
    [
      "a token bound to another network, whatever else it lacks",
      withToken([], ELSEWHERE),
      WRITE,
      hidden,
      "address-refused",
    ],
    [
      "a token bound to another network, where all may read",
      withToken(["repository:write"], ELSEWHERE),
      WRITE,
      open,
      "address-refused",
    ],
    [
      "a token of a kind that is not taken, from another network",
      withToken([], ELSEWHERE),
      BY_PEOPLE,
      own,
      "credential-kind-refused",
    ],
    [
      "a token bound to no network",
      withToken(["repository:write"], { addresses: [] }),
      WRITE,
      own,
      "address-refused",
    ],
    ["nobody, where all may read", ANONYMOUS, WRITE, open, "credential-missing"],
    ["nobody, where nothing may be seen", ANONYMOUS, WRITE, own, "hidden"],
  ] as const) {
    test(`${why}: ${expected}`, async () => {
      const outcome = await enter(caller, requirement, repository);
      assert.equal(outcome, expected);
    });
  }

  async function enter(
    caller: Caller,
    requirement: CredentialRequirement,
    repository: typeof own | undefined,
  ): Promise<string> {
    try {
      const admission = openAdmission(
        current(),
        { caller, address: ADDRESS, writesAt: undefined },
        requirement,
      );
      await admission.admitToRepository(repository, { permission: "write" });
      return "admitted";
    } catch (error) {
      assert.ok(error instanceof Failure);
      return error.kind;
    }
  }

  test("is refused when it is checked again, by a credential of a kind that nothing issues", async () => {
    const { database } = current();
    const credential = { kind: "ssh-key", id: newUuid(), scopes: { vocabulary: "none" } } as const;
    const caller: Caller = { kind: "account", account: ada, credential };
    const refused = (error: unknown) => error instanceof Failure && error.kind === "credential-kind-refused";
    const ports = { database, config: { identity: "strict" } as Config, clock: () => SAMPLE_INSTANT };
    await assert.rejects(readmitToRead(ports, { caller, requirements: [] }), refused);
    await assert.rejects(
      database.transaction((tx) => readmit(tx, ports, { caller, requirements: [] })),
      refused,
    );
  });

  test("is refused when it is checked again, by a session that has ended", async () => {
    const { database } = current();
    const caller = callerAs(ada);
    const refused = (error: unknown) => error instanceof Failure && error.kind === "credential-missing";
    const ports = { database, config: { identity: "strict" } as Config, clock: () => SAMPLE_INSTANT };
    await assert.rejects(readmitToRead(ports, { caller, requirements: [] }), refused);
    await assert.rejects(
      database.transaction((tx) => readmit(tx, ports, { caller, requirements: [] })),
      refused,
    );
  });

  test("notes all that it has let in to, and nothing that it has refused", async () => {
    const admission = openAdmission(
      current(),
      { caller: callerAs(ada), address: ADDRESS, writesAt: undefined },
      WRITE,
    );
    await admission.admitToRepository(own, { permission: "write" });
    await admission.admitToRepository(read, { permission: "read", isExplicit: true });
    await assert.rejects(admission.admitToRepository(hidden, { permission: "read" }));
    await assert.rejects(admission.admitToRepository(open, { permission: "read", isExplicit: true }));
    await assert.rejects(admission.admitToProject(project, "admin"));
    assert.deepEqual(admission.requirements, [
      { kind: "repository", repository: own, permission: "write", isExplicit: false },
      { kind: "repository", repository: read, permission: "read", isExplicit: true },
    ]);
  });
});
