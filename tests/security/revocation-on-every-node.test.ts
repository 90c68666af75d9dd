// The attack: whoever has lost access on one node goes on on another, which has let them in before and knows no better. Each
// way to lose access is tried on each surface: what one node has committed, the next request to any other must know. Held over
// PostgreSQL, with the caches of each node filled before.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Account } from "../../src/model/account.ts";
import type { Repository } from "../../src/model/repository.ts";
import type { ProjectKey, RepositorySlug } from "../../src/model/slug.ts";
import { createAccessToken, revokeAccessToken } from "../../src/operations/access-tokens/access-tokens.ts";
import { addEmail, changePrimaryEmail, disableAccount } from "../../src/operations/accounts/accounts.ts";
import { endSession, startSession } from "../../src/operations/accounts/sessions.ts";
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  removeGroupMember,
} from "../../src/operations/groups/groups.ts";
import { createConsumer, deleteConsumer } from "../../src/operations/oauth/consumers.ts";
import { issueClientToken } from "../../src/operations/oauth/issue-client-token.ts";
import { removePermission, setPermission } from "../../src/operations/permissions/explicit-permissions.ts";
import { createProject, deleteProject } from "../../src/operations/projects/projects.ts";
import {
  changeRepository,
  createRepository,
  deleteRepository,
} from "../../src/operations/repositories/repositories.ts";
import { createAdminKey, organisationId, revokeAdminKey } from "../../src/operations/tokens/admin-keys.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import {
  blockToken,
  setTokenPolicy,
  type WantedTokenPolicy,
} from "../../src/operations/tokens/token-policies.ts";
import { removeMember, setMember } from "../../src/operations/workspaces/workspaces.ts";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { createCaller } from "../support/clients/rest-callers.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { type OtherServer, startOtherServer } from "../support/server/other-server.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/** As often as is needed for an answer to come out of caches. */
const TIMES = 3;

/** One request, which is answered with 200 until access is lost. */
type Asked = {
  readonly surface: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What it is answered with afterwards. */
  readonly refused: number;
};

type Loss = { readonly asked: readonly Asked[]; lose(): Promise<unknown>; giveBack?(): Promise<unknown> };

describe("over two nodes", () => {
  let app: TestApp;
  let other: OtherServer;
  const endings: (() => Promise<void>)[] = [];
  before(async () => {
    const testDatabase = await createMigratedDatabaseSettings("postgres");
    endings.push(testDatabase.remove);
    app = await startTestApp({ database: testDatabase.settings });
    endings.push(() => app.close());
    other = await startOtherServer(app);
    endings.push(() => other.end());
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  let numbered = 0;

  async function newRepository(wanted: { readonly isPrivate?: boolean; readonly projectKey?: string } = {}) {
    numbered += 1;
    const { workspace } = app;
    const project =
      wanted.projectKey === undefined
        ? app.project
        : await createProject(app.ports, app.by, workspace, {
            key: wanted.projectKey as ProjectKey,
            name: wanted.projectKey,
          });
    const slug = `repository-${numbered}` as RepositorySlug;
    const { isPrivate = true } = wanted;
    return createRepository(app.ports, app.by, { workspace, project, slug, isPrivate });
  }

  /** A member who may nothing but what is given to them, with a token and a session. */
  async function newPerson() {
    numbered += 1;
    const { account } = await createCaller(app, `person-${numbered}`);
    await setMember(app.ports, app.by, app.workspace, account, "member", "none");
    return { account, ...(await credentialsOf(account)) };
  }

  async function credentialsOf(account: Account) {
    const { text, token } = await createApiToken(app.ports, app.by, {
      accountUuid: account.uuid,
      name: "every node",
      scopes: ["read:repository:bitbucket"],
      ageDays: 1,
    });
    const session = await startSession(app.ports, app.by, account, { address: "127.0.0.1", client: "test" });
    const email = account === app.owner ? "owner@example.com" : `${account.username}@example.com`;
    return {
      token,
      session: session.session,
      rest: { authorization: basic(email, text.reveal()) },
      git: { authorization: basic("x-bitbucket-api-token-auth", text.reveal()) },
      page: { cookie: `pail=${session.text.reveal()}`, accept: "text/html" },
    };
  }

  type Credentials = Pick<Awaited<ReturnType<typeof credentialsOf>>, "rest" | "git" | "page">;

  function askedFor(
    repository: Repository,
    { rest, git, page }: Partial<Credentials>,
    refused: { readonly rest: number; readonly git: number; readonly page: number },
  ): readonly Asked[] {
    const name = `${repository.workspace.slug}/${repository.slug}`;
    return [
      ...(rest === undefined
        ? []
        : [{ surface: "REST", path: `/2.0/repositories/${name}`, headers: rest, refused: refused.rest }]),
      ...(git === undefined
        ? []
        : [
            {
              surface: "Git",
              path: `/${name}.git/info/refs?service=git-upload-pack`,
              headers: git,
              refused: refused.git,
            },
          ]),
      ...(page === undefined
        ? []
        : [{ surface: "page", path: `/${name}/branches/`, headers: page, refused: refused.page }]),
    ];
  }

  const HIDDEN = { rest: 404, git: 404, page: 404 };
  const ENDED = { rest: 401, git: 401, page: 404 };

  async function give(repository: Repository, grantee: { kind: "account" | "group"; uuid: Account["uuid"] }) {
    await setPermission(app.by, targetOf(repository), grantee, "read");
  }

  function targetOf({ uuid, slug }: Repository) {
    return { kind: "repository", uuid, name: slug } as const;
  }

  const losses: Readonly<Record<string, () => Promise<Loss>>> = {
    async "a token is revoked"() {
      const [repository, { account, token, rest, git }] = [await newRepository(), await newPerson()];
      await give(repository, { kind: "account", uuid: account.uuid });
      return {
        asked: askedFor(repository, { rest, git }, ENDED),
        lose: () => revokeApiToken(app.ports, app.by, token.uuid),
      };
    },
    async "a session is ended"() {
      const [repository, { account, session, page }] = [await newRepository(), await newPerson()];
      await give(repository, { kind: "account", uuid: account.uuid });
      return {
        asked: askedFor(repository, { page }, ENDED),
        lose: () => endSession(app.by, account, session.uuid),
      };
    },
    async "an account is disabled"() {
      const [repository, { account, ...credentials }] = [await newRepository(), await newPerson()];
      await give(repository, { kind: "account", uuid: account.uuid });
      return {
        asked: askedFor(repository, credentials, ENDED),
        lose: () => disableAccount(app.ports, app.by, account),
      };
    },
    async "a permission is removed"() {
      const [repository, { account, ...credentials }] = [await newRepository(), await newPerson()];
      const grantee = { kind: "account", uuid: account.uuid } as const;
      await give(repository, grantee);
      return {
        asked: askedFor(repository, credentials, HIDDEN),
        lose: () => removePermission(app.by, targetOf(repository), grantee),
      };
    },
    async "somebody is removed from a group"() {
      const [repository, { account, ...credentials }] = [await newRepository(), await newPerson()];
      const group = await createGroup(app.ports, app.by, app.workspace, `group ${numbered}`);
      await addGroupMember(app.by, app.workspace, group, account);
      await give(repository, { kind: "group", uuid: group.uuid });
      return {
        asked: askedFor(repository, credentials, HIDDEN),
        lose: () => removeGroupMember(app.by, group, account),
      };
    },
    async "a group is deleted"() {
      const [repository, { account, ...credentials }] = [await newRepository(), await newPerson()];
      const group = await createGroup(app.ports, app.by, app.workspace, `group ${numbered}`);
      await addGroupMember(app.by, app.workspace, group, account);
      await give(repository, { kind: "group", uuid: group.uuid });
      return { asked: askedFor(repository, credentials, HIDDEN), lose: () => deleteGroup(app.by, group) };
    },
    async "somebody is no member any more"() {
      const [repository, { account, ...credentials }] = [await newRepository(), await newPerson()];
      await setMember(app.ports, app.by, app.workspace, account, "member", "read");
      return {
        asked: askedFor(repository, credentials, HIDDEN),
        lose: () => removeMember(app.by, app.workspace, account),
      };
    },
    async "a repository is deleted"() {
      const [repository, credentials] = [await newRepository(), await credentialsOf(app.owner)];
      return {
        asked: askedFor(repository, credentials, HIDDEN),
        lose: () => deleteRepository(app.ports, app.by, repository),
      };
    },
    async "a public repository is made private"() {
      const repository = await newRepository({ isPrivate: false });
      const nobody = { rest: {}, git: {}, page: { accept: "text/html" } };
      return {
        asked: askedFor(repository, nobody as unknown as Credentials, { rest: 404, git: 401, page: 404 }),
        lose: () => changeRepository(app.ports, app.by, repository, { isPrivate: true }),
      };
    },
    async "an access token is revoked"() {
      const repository = await newRepository();
      const resource = { kind: "repository", repository } as const;
      const wanted = { name: "bot", scopes: ["repository"] as const, lifetimeMs: 86_400_000 };
      const { text, token } = await createAccessToken(app.ports, app.by, resource, wanted);
      const rest = { authorization: `Bearer ${text.reveal()}` };
      const git = { authorization: basic("x-token-auth", text.reveal()) };
      return {
        asked: askedFor(repository, { rest, git }, ENDED),
        lose: () => revokeAccessToken(app.ports, app.by, resource, token.uuid),
      };
    },
    async "the project of an access token is deleted"() {
      const repository = await newRepository({ projectKey: `KEY${numbered}` });
      const resource = { kind: "project", workspace: app.workspace, project: repository.project } as const;
      const wanted = { name: "bot", scopes: ["project", "repository"] as const, lifetimeMs: 86_400_000 };
      const { text } = await createAccessToken(app.ports, app.by, resource, wanted);
      const headers = { authorization: `Bearer ${text.reveal()}` };
      const path = `/2.0/workspaces/acme/projects/${repository.project.key}`;
      await deleteRepository(app.ports, app.by, repository);
      return {
        asked: [{ surface: "REST", path, headers, refused: 401 }],
        lose: () => deleteProject(app.ports, app.by, repository.project),
      };
    },
    async "an OAuth consumer is deleted"() {
      const repository = await newRepository({ isPrivate: true });
      const { consumer } = await createConsumer(app.ports, app.by, app.workspace, {
        name: `consumer ${numbered}`,
        description: "",
        url: undefined,
        callbackUrl: "https://consumer.example/callback",
        isPrivate: true,
        scopes: ["repository"],
      } as Parameters<typeof createConsumer>[3]);
      const { accessToken } = await issueClientToken(app.ports, app.by, consumer);
      const rest = { authorization: `Bearer ${accessToken.reveal()}` };
      return {
        asked: askedFor(repository, { rest }, ENDED),
        lose: () => deleteConsumer(app.ports, app.by, consumer.uuid),
      };
    },
    async "a workspace refuses a token"() {
      const [repository, { account, token, rest, git }] = [await newRepository(), await newPerson()];
      await give(repository, { kind: "account", uuid: account.uuid });
      return {
        asked: askedFor(repository, { rest, git }, { rest: 403, git: 403, page: 403 }),
        lose: () => blockToken(app.ports, app.by, app.workspace, token.uuid),
      };
    },
    async "an admin key is revoked"() {
      const { text, key } = await createAdminKey(app.ports, app.by, { name: "key", ageDays: 1 });
      const path = `/admin/api-access/v1/orgs/${await organisationId(app.ports)}/api-tokens`;
      const headers = { authorization: `Bearer ${text.reveal()}` };
      return {
        asked: [{ surface: "admin API", path, headers, refused: 401 }],
        lose: () => revokeAdminKey(app.by, key),
      };
    },
    async "a workspace asks of tokens what one does not have"() {
      const [repository, { account, rest, git }] = [await newRepository(), await newPerson()];
      await give(repository, { kind: "account", uuid: account.uuid });
      const policy: WantedTokenPolicy = {
        lifetimeDaysMax: undefined,
        refusedScopes: ["read:repository:bitbucket"],
        enforcedFrom: undefined,
      };
      return {
        asked: askedFor(repository, { rest, git }, { rest: 403, git: 403, page: 403 }),
        lose: () => setTokenPolicy(app.ports, app.by, app.workspace, policy),
        giveBack: () => setTokenPolicy(app.ports, app.by, app.workspace, { ...policy, refusedScopes: [] }),
      };
    },
  };

  function ask(url: string, { path, headers }: Asked): Promise<HttpAnswer> {
    return sendRequest(url, path, { headers: { ...headers } });
  }

  for (const [what, prepare] of Object.entries(losses))
    test(`${what} on one node: the next request to the other is refused`, async () => {
      const { asked, lose, giveBack } = await prepare();
      assert.ok(asked.length > 0);
      for (let time = 0; time < TIMES; time += 1) {
        for (const url of [other.url, app.url])
          for (const each of asked) assert.equal((await ask(url, each)).status, 200, each.surface);
        await app.ports.auditNotes.idle();
        await other.ports.auditNotes.idle();
      }
      await lose();
      for (const url of [other.url, app.url])
        for (const each of asked) assert.equal((await ask(url, each)).status, each.refused, each.surface);
      await giveBack?.();
    });

  test("a name that was given to another repository leads there on every node", async () => {
    const [renamed, credentials] = [await newRepository(), await credentialsOf(app.owner)];
    const [{ path, headers }] = askedFor(renamed, { rest: credentials.rest }, HIDDEN) as [Asked];
    const idAt = async (url: string) =>
      JSON.parse((await sendRequest(url, path, { headers: { ...headers } })).text).uuid;
    for (let time = 0; time < TIMES; time += 1) assert.equal(await idAt(other.url), `{${renamed.uuid}}`);
    await changeRepository(app.ports, app.by, renamed, { name: `${renamed.slug}-then` });
    const { workspace, project } = app;
    const second = await createRepository(app.ports, app.by, { workspace, project, slug: renamed.slug });
    for (const url of [other.url, app.url]) assert.equal(await idAt(url), `{${second.uuid}}`);
  });

  test("an address that is no longer the account's first is no name for its tokens", async () => {
    const { account, rest } = await newPerson();
    const asked: Asked = { surface: "REST", path: "/2.0/repositories/acme", headers: rest, refused: 401 };
    for (let time = 0; time < TIMES; time += 1) assert.equal((await ask(other.url, asked)).status, 200);
    const address = `new-${account.username}@example.com`;
    await addEmail(app.ports, app.by, account, { address, isPrimary: false, isConfirmed: true });
    await changePrimaryEmail(app.by, account, address);
    for (const url of [other.url, app.url]) assert.equal((await ask(url, asked)).status, 401);
  });
});
