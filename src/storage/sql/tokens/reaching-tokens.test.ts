import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Account } from "../../../model/account.ts";
import type { Network } from "../../../model/bound.ts";
import { heldViolations } from "../../../model/held-credential.ts";
import type { OauthGrantKind } from "../../../model/oauth-grant.ts";
import type { AccessToken, ApiToken } from "../../../model/token.ts";
import { policyViolations, refusedFrom, type TokenPolicy } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertConsumer } from "../oauth/consumers.ts";
import { insertGrant } from "../oauth/grants.ts";
import { insertRefreshToken } from "../oauth/refresh-tokens.ts";
import { upsertExplicitPermission } from "../permissions/explicit-permissions.ts";
import { upsertRepositoryPermission } from "../permissions/permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { insertAppUser } from "./app-users.ts";
import { listPoliciesOfAccount } from "./policies-of-account.ts";
import {
  countReachedRepositories,
  countReachingTokens,
  findReachingToken,
  listReachingTokens,
  listTokensOfReaching,
  type ReachingTokensAsked,
} from "./reaching-tokens.ts";
import {
  deleteTokenBlock,
  findTokenPolicy,
  insertTokenBlock,
  listBlocksOfToken,
  replaceTokenPolicy,
} from "./token-policies.ts";
import { insertToken, touchLastUsed } from "./tokens.ts";

const DAY_MS = 86_400_000;
const NOW = SAMPLE_INSTANT;
const daysOn = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

describeDatabases("tokens that reach a workspace", (current) => {
  const db = () => current().database.kysely;
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  const project = sampleProject(acme, "ONE");
  const [demo, second] = [sampleRepository(acme, project, "demo"), sampleRepository(acme, project, "second")];
  const owner = sampleAccount("owner");
  const member = sampleAccount("member", { displayName: "Ümit_100%" });
  const byProject = sampleAccount("by-project");
  const byRepository = sampleAccount("by-repository");
  const stranger = sampleAccount("stranger");
  const disabled = sampleAccount("disabled", { isDisabled: true });
  const tokens = new Map<string, ApiToken>();
  let digests = 0;

  async function addToken(account: Account, name: string, changes: Partial<ApiToken> = {}): Promise<void> {
    const token: ApiToken = {
      uuid: newUuid(),
      kind: "api-token",
      accountUuid: account.uuid,
      name,
      bound: undefined,
      parentUuid: undefined,
      scopes: ["read:repository:bitbucket"],
      createdAt: daysOn(-10),
      expiresAt: daysOn(50),
      revokedAt: undefined,
      lastUsedAt: undefined,
      successorUuid: undefined,
      ...changes,
    };
    tokens.set(name, token);
    digests += 1;
    await insertToken(db(), token, Buffer.alloc(32, digests));
  }

  before(async () => {
    for (const account of [owner, member, byProject, byRepository, stranger, disabled])
      await insertAccount(db(), account);
    await db().updateTable("account").set({ disabled_at: 1 }).where("uuid", "=", disabled.uuid).execute();
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    for (const repository of [demo, second]) await insertRepository(db(), repository);
    const members = [
      [acme, owner, "owner", "admin"],
      [acme, member, "member", "none"],
      [acme, disabled, "member", "read"],
      [other, stranger, "owner", "admin"],
    ] as const;
    for (const [workspace, { uuid }, role, repositoryPermission] of members)
      await upsertMember(db(), workspace.uuid, { accountUuid: uuid, role, repositoryPermission }, NOW);
    await upsertExplicitPermission(
      db(),
      { kind: "project", uuid: project.uuid },
      { kind: "account", uuid: byProject.uuid },
      "write",
    );
    await upsertRepositoryPermission(db(), demo.uuid, byRepository.uuid, "read");
    await addToken(owner, "soon", { expiresAt: daysOn(5), lastUsedAt: daysOn(-1) });
    await addToken(owner, "long", { createdAt: daysOn(-200), expiresAt: daysOn(100) });
    await addToken(member, "writes", { scopes: ["read:user:bitbucket", "write:repository:bitbucket"] });
    await addToken(byProject, "project", { expiresAt: daysOn(60), lastUsedAt: daysOn(-3) });
    await addToken(byRepository, "single", { expiresAt: daysOn(70) });
    await addToken(stranger, "elsewhere");
    await addToken(disabled, "of a disabled account");
    await addToken(owner, "expired", { expiresAt: NOW });
    await addToken(owner, "revoked", { revokedAt: NOW });
    await addToken(owner, "inert", { scopes: ["read:me"] });
  });

  const asked: ReachingTokensAsked = { workspaceUuid: acme.uuid, now: NOW };
  const names = async (more: Partial<Parameters<typeof listReachingTokens>[1]> = {}) =>
    (await listReachingTokens(db(), { ...asked, order: "expiry", limit: 50, ...more })).map(
      ({ token }) => token.name,
    );

  for (const [why, more, expected] of [
    ["all that live", {}, ["soon", "writes", "project", "single", "long"]],
    ["what ends soon", { group: "expiring" }, ["soon"]],
    ["what has not been used for long", { group: "unused" }, ["long"]],
    ["what can write", { group: "write" }, ["writes"]],
    ["nothing against a policy where there is none", { group: "against" }, []],
    ["by the name of a token, in any case", { text: "SOO" }, ["soon"]],
    ["by the name of its owner, whatever signs are in it", { text: "üMIT_100%" }, ["writes"]],
    ["nothing by a sign that matches all", { text: "%%" }, []],
    ["by scope", { scope: "write:repository:bitbucket" }, ["writes"]],
    ["by repository", { repositoryUuid: second.uuid }, ["soon", "project", "long"]],
    ["by last use", { order: "last-used" }, ["soon", "project"]],
  ] as const) {
    test(`lists ${why}`, async () => {
      const found = await names(more);
      assert.deepEqual("order" in more ? found.slice(0, 2) : found, expected);
    });
  }

  for (const order of ["expiry", "last-used"] as const) {
    test(`pages by ${order} have each token once`, async () => {
      const whole = await names({ order });
      const paged: string[] = [];
      let after: Parameters<typeof listReachingTokens>[1]["after"];
      do {
        const page = await listReachingTokens(db(), { ...asked, order, limit: 2, after });
        paged.push(...page.map(({ token }) => token.name));
        after = page.length < 2 ? undefined : page.at(-1)!.cursor;
      } while (after !== undefined);
      assert.deepEqual(paged, whole);
    });
  }

  test("counts them, and the repositories that their owners reach", async () => {
    assert.deepEqual(await countReachingTokens(db(), asked), {
      all: 5,
      expiring: 1,
      unused: 1,
      against: 0,
      write: 1,
    });
    const reached = await countReachedRepositories(
      db(),
      acme.uuid,
      [owner, member, byProject, byRepository].map(({ uuid }) => uuid),
    );
    assert.deepEqual(
      [owner, member, byProject, byRepository].map(({ uuid }) => reached.get(uuid)),
      [2, undefined, 2, 1],
    );
    assert.equal((await countReachedRepositories(db(), acme.uuid, [])).size, 0);
  });

  const policy: TokenPolicy = {
    lifetimeDaysMax: 60,
    refusedScopes: ["read:user:bitbucket", "repository:write", "write:webhook:bitbucket"],
    networks: ["192.0.2.0/24" as Network, "2001:db8::/32" as Network],
    requiresTwoStep: true,
    enforcedFrom: daysOn(3),
    changedAt: daysOn(-50),
  };

  test("says what is against the policy as the model does, and from when on", async () => {
    await replaceTokenPolicy(db(), acme.uuid, policy);
    assert.deepEqual(await findTokenPolicy(db(), acme.uuid), policy);
    assert.equal(await findTokenPolicy(db(), other.uuid), undefined);
    const listed = await listReachingTokens(db(), { ...asked, order: "expiry", limit: 50 });
    for (const { token, refusedFrom: from } of listed) {
      const isAgainst = heldViolations(policy, token).length > 0;
      assert.deepEqual(from, isAgainst ? refusedFrom(policy, token) : undefined, token.name);
    }
    assert.deepEqual(
      await names({ group: "against" }),
      ["writes", "project", "single", "long"].filter(
        (name) => policyViolations(policy, tokens.get(name)!).length > 0,
      ),
    );
    assert.equal((await countReachingTokens(db(), asked)).against, 4);
  });

  test("an account is told the policies of the workspaces that it reaches, and where its tokens are revoked", async () => {
    for (const account of [owner, member, byProject, byRepository])
      assert.deepEqual(await listPoliciesOfAccount(db(), account.uuid, 10), [
        { workspaceSlug: "acme", ...policy },
      ]);
    assert.deepEqual(await listPoliciesOfAccount(db(), stranger.uuid, 10), []);
    const { uuid } = tokens.get("single")!;
    const block = { tokenUuid: uuid, workspaceUuid: acme.uuid, blockedAt: NOW, blockedByUuid: undefined };
    await insertTokenBlock(db(), block);
    assert.deepEqual(await listBlocksOfToken(db(), uuid), [{ workspaceSlug: "acme", blockedAt: NOW }]);
    await deleteTokenBlock(db(), uuid, acme.uuid);
    assert.deepEqual(await listBlocksOfToken(db(), uuid), []);
  });

  test("the look-up of a token has the workspaces that refuse it", async () => {
    const [long, soon] = [tokens.get("long")!, tokens.get("soon")!];
    const refusalsOf = async ({ uuid }: ApiToken) => {
      const state = await current().database.lookups.getAdmissionState(uuid, undefined);
      const digest = (
        await db().selectFrom("api_token").select("digest").where("uuid", "=", uuid).executeTakeFirstOrThrow()
      ).digest;
      const found = await current().database.lookups.findTokenByDigest(digest);
      assert.ok(state.credential?.kind === "token");
      assert.deepEqual(found!.refusals, state.credential.refusals);
      return found!.refusals;
    };
    assert.deepEqual(await refusalsOf(long), [{ workspaceUuid: acme.uuid, from: policy.enforcedFrom }]);
    assert.deepEqual(await refusalsOf(soon), []);
    const block = {
      tokenUuid: soon.uuid,
      workspaceUuid: other.uuid,
      blockedAt: NOW,
      blockedByUuid: owner.uuid,
    };
    assert.equal(await insertTokenBlock(db(), block), true);
    assert.equal(await insertTokenBlock(db(), { ...block, blockedAt: daysOn(1) }), false);
    await insertTokenBlock(db(), { ...block, tokenUuid: long.uuid, blockedByUuid: undefined });
    assert.deepEqual(await refusalsOf(soon), [{ workspaceUuid: other.uuid, from: NOW }]);
    assert.deepEqual(
      (await refusalsOf(long)).map(({ workspaceUuid }) => workspaceUuid).sort(),
      [acme.uuid, other.uuid].sort(),
    );
    assert.equal(await deleteTokenBlock(db(), soon.uuid, other.uuid), true);
    assert.equal(await deleteTokenBlock(db(), soon.uuid, other.uuid), false);
    assert.deepEqual(await refusalsOf(soon), []);
    await replaceTokenPolicy(db(), acme.uuid, undefined);
    assert.equal(await findTokenPolicy(db(), acme.uuid), undefined);
  });

  test("finds one that reaches the workspace, and no other", async () => {
    const found = await findReachingToken(db(), acme.uuid, tokens.get("single")!.uuid, NOW);
    assert.deepEqual([found?.token.name, found?.account], ["single", byRepository]);
    for (const name of ["elsewhere", "expired", "revoked", "inert"])
      assert.equal(await findReachingToken(db(), acme.uuid, tokens.get(name)!.uuid, NOW), undefined, name);
  });
});

describeDatabases("credentials of every kind that reach a workspace", (current) => {
  const db = () => current().database.kysely;
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  const [project, secondProject] = [sampleProject(acme, "ONE"), sampleProject(acme, "TWO")];
  const demo = sampleRepository(acme, project, "demo");
  const second = sampleRepository(acme, secondProject, "second");
  const foreignProject = sampleProject(other, "FAR");
  const foreign = sampleRepository(other, foreignProject, "foreign");
  const [owner, stranger] = [sampleAccount("owner"), sampleAccount("stranger")];
  const [ownConsumer, otherConsumer] = [newUuid(), newUuid()];
  let digests = 0;
  const nextDigest = () => Buffer.alloc(32, ++digests);

  async function addBot(name: string, where: Partial<Parameters<typeof insertAppUser>[2]>) {
    const bot = sampleAccount(name, { kind: "repository_access_token" });
    await insertAccount(db(), bot);
    const nowhere = { repositoryUuid: undefined, projectUuid: undefined, workspaceUuid: undefined };
    await insertAppUser(db(), bot.uuid, { ...nowhere, ...where });
    return bot;
  }

  const tokenFields = {
    bound: undefined,
    parentUuid: undefined,
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    createdAt: daysOn(-10),
  };

  async function addAccessToken(
    name: string,
    where: Partial<Parameters<typeof insertAppUser>[2]>,
    days: number,
    scopes: AccessToken["scopes"] = ["repository"],
  ) {
    const { uuid: accountUuid } = await addBot(name, where);
    const token: AccessToken = {
      ...tokenFields,
      uuid: newUuid(),
      kind: "access-token",
      accountUuid,
      name,
      scopes,
      expiresAt: daysOn(days),
    };
    await insertToken(db(), token, nextDigest());
    return token;
  }

  /** With `tokens` access tokens that live for two hours. */
  async function addGrant(
    kind: OauthGrantKind,
    accountUuid: Uuid,
    consumerUuid: Uuid | undefined,
    {
      refreshDays,
      tokens = 0,
      isRevoked = false,
    }: { readonly refreshDays?: number; readonly tokens?: number; readonly isRevoked?: boolean },
  ): Promise<Uuid> {
    const grantUuid = newUuid();
    await insertGrant(db(), {
      uuid: grantUuid,
      kind,
      consumerUuid,
      accountUuid,
      scopes: ["repository:write"],
      createdAt: daysOn(-20),
      lastUsedAt: daysOn(-1),
      revokedAt: isRevoked ? NOW : undefined,
    });
    if (refreshDays !== undefined)
      await insertRefreshToken(
        db(),
        { grantUuid, createdAt: daysOn(-20), expiresAt: daysOn(refreshDays), usedAt: undefined },
        nextDigest(),
      );
    for (let index = 0; index < tokens; index += 1) {
      const uuid = newUuid();
      const token = { ...tokenFields, uuid, kind: "oauth", accountUuid, grantUuid, name: "oauth" } as const;
      await insertToken(
        db(),
        { ...token, scopes: ["repository:write"], createdAt: NOW, expiresAt: daysOn(1 / 12) },
        nextDigest(),
      );
      const from = { address: `192.0.2.${index + 1}`, client: "git 2.51" };
      const at = new Date(NOW.getTime() + index);
      await touchLastUsed(db(), uuid, { at, notBefore: at, from });
    }
    return grantUuid;
  }

  async function addConsumer(uuid: Uuid, workspace: typeof acme, name: string) {
    const bot = sampleAccount(`${name}-bot`, { kind: "oauth_consumer" });
    await insertAccount(db(), bot);
    const { uuid: workspaceUuid } = workspace;
    await insertAppUser(db(), bot.uuid, { repositoryUuid: undefined, projectUuid: undefined, workspaceUuid });
    await insertConsumer(
      db(),
      {
        uuid,
        workspaceUuid,
        accountUuid: bot.uuid,
        key: name,
        name,
        description: "",
        url: undefined,
        callbackUrl: undefined,
        isPrivate: true,
        scopes: ["repository:write"],
        createdByUuid: undefined,
        createdAt: NOW,
        updatedAt: NOW,
        lastUsedAt: undefined,
      },
      nextDigest(),
    );
    return bot.uuid;
  }

  const grants = new Map<string, Uuid>();

  before(async () => {
    for (const account of [owner, stranger]) await insertAccount(db(), account);
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    for (const each of [project, secondProject, foreignProject]) await insertProject(db(), each);
    for (const each of [demo, second, foreign]) await insertRepository(db(), each);
    for (const [workspace, { uuid }] of [
      [acme, owner],
      [other, stranger],
    ] as const)
      await upsertMember(
        db(),
        workspace.uuid,
        { accountUuid: uuid, role: "owner", repositoryPermission: "admin" },
        NOW,
      );
    await addAccessToken("of demo", { repositoryUuid: demo.uuid }, 5, ["repository", "repository:write"]);
    await addAccessToken("of ONE", { projectUuid: project.uuid }, 60);
    await addAccessToken("of acme", { workspaceUuid: acme.uuid }, 90, ["account", "repository"]);
    await addAccessToken("of foreign", { repositoryUuid: foreign.uuid }, 5);
    await addAccessToken("of nothing any more", {}, 5);
    const byItself = await addConsumer(ownConsumer, acme, "ci");
    await addConsumer(otherConsumer, other, "dashboard");
    const code = "authorization-code";
    grants.set("own", await addGrant(code, owner.uuid, ownConsumer, { refreshDays: 60, tokens: 3 }));
    grants.set("other", await addGrant("device", owner.uuid, otherConsumer, { refreshDays: 60 }));
    grants.set("itself", await addGrant("client-credentials", byItself, ownConsumer, { tokens: 2 }));
    await addGrant(code, stranger.uuid, ownConsumer, { refreshDays: 60, tokens: 1 });
    await addGrant(code, owner.uuid, ownConsumer, { refreshDays: -1 });
    await addGrant(code, owner.uuid, ownConsumer, { refreshDays: 60, isRevoked: true });
  });

  const asked: ReachingTokensAsked = { workspaceUuid: acme.uuid, now: NOW };
  const list = (more: Partial<Parameters<typeof listReachingTokens>[1]> = {}) =>
    listReachingTokens(db(), { ...asked, order: "expiry", limit: 50, ...more });
  const names = async (more: Parameters<typeof list>[0] = {}) =>
    (await list(more)).map(({ token }) => `${token.kind} ${token.name}`);

  test("lists access tokens with what they are of, and each living grant once", async () => {
    const all = await list();
    assert.deepEqual(all.map(({ token }) => `${token.kind} ${token.name}`).sort(), [
      "access-token of ONE",
      "access-token of acme",
      "access-token of demo",
      "grant ci",
      "grant ci",
      "grant dashboard",
    ]);
    const resources = all.flatMap(({ token }) => (token.kind === "access-token" ? [token.resource] : []));
    assert.deepEqual(resources, [
      { kind: "repository", name: "demo" },
      { kind: "project", name: "ONE" },
      { kind: "workspace", name: "acme" },
    ]);
    const found = (name: string) => all.find(({ token }) => token.uuid === grants.get(name))!;
    const [own, others, itself] = [found("own"), found("other"), found("itself")];
    assert.ok(own.token.kind === "grant" && others.token.kind === "grant" && itself.token.kind === "grant");
    assert.deepEqual(own.token.consumer, { uuid: ownConsumer, isOwn: true });
    assert.deepEqual(others.token.consumer, { uuid: otherConsumer, isOwn: false });
    assert.deepEqual([own.account, itself.account.kind], [owner, "oauth_consumer"]);
    assert.deepEqual([own.token.expiresAt, itself.token.expiresAt], [daysOn(345), undefined]);
    assert.deepEqual(own.lastUsedFrom, { address: "192.0.2.3", client: "git 2.51" });
    assert.deepEqual([others.lastUsedFrom, own.token.lastUsedAt], [undefined, daysOn(-1)]);
  });

  for (const [why, more, expected] of [
    ["what ends soon", { group: "expiring" }, ["access-token of demo"]],
    ["what was not used for long", { group: "unused", now: daysOn(0) }, []],
    [
      "what can write",
      { group: "write" },
      ["access-token of demo", "grant ci", "grant ci", "grant dashboard"],
    ],
    [
      "one kind",
      { kind: "access-token" },
      ["access-token of ONE", "access-token of acme", "access-token of demo"],
    ],
    ["by a scope of OAuth", { scope: "account" }, ["access-token of acme"]],
    ["by a name", { text: "DASH" }, ["grant dashboard"]],
    [
      "by a repository",
      { repositoryUuid: second.uuid },
      ["access-token of acme", "grant ci", "grant ci", "grant dashboard"],
    ],
  ] as const)
    test(`lists ${why}`, async () => {
      assert.deepEqual((await names(more)).sort(), expected);
    });

  for (const order of ["expiry", "last-used"] as const)
    test(`pages by ${order} have each once, also those without an end`, async () => {
      const whole = (await list({ order })).map(({ token }) => token.uuid);
      const paged: Uuid[] = [];
      let after: Parameters<typeof listReachingTokens>[1]["after"];
      do {
        const page = await list({ order, limit: 2, after });
        paged.push(...page.map(({ token }) => token.uuid));
        after = page.length < 2 ? undefined : page.at(-1)!.cursor;
      } while (after !== undefined);
      assert.deepEqual(paged, whole);
    });

  test("says what is against the policy of each kind as the model does", async () => {
    const policy: TokenPolicy = {
      lifetimeDaysMax: 30,
      refusedScopes: ["repository:write"],
      networks: [],
      requiresTwoStep: false,
      enforcedFrom: daysOn(3),
      changedAt: daysOn(-2),
    };
    await replaceTokenPolicy(db(), acme.uuid, policy);
    for (const { token, refusedFrom: from } of await list()) {
      const isAgainst = heldViolations(policy, token).length > 0;
      const expected = token.kind === "grant" ? policy.changedAt : policy.enforcedFrom;
      assert.deepEqual(from, isAgainst ? expected : undefined, `${token.kind} ${token.name}`);
    }
    assert.equal((await countReachingTokens(db(), asked)).against, 6);
    await replaceTokenPolicy(db(), acme.uuid, { ...policy, refusedScopes: [] });
    assert.deepEqual((await names({ group: "against" })).sort(), [
      "access-token of ONE",
      "access-token of acme",
    ]);
    await replaceTokenPolicy(db(), acme.uuid, undefined);
  });

  test("finds one, and those of one account", async () => {
    const own = grants.get("own")!;
    assert.equal((await findReachingToken(db(), acme.uuid, own, NOW))?.token.kind, "grant");
    assert.equal(await findReachingToken(db(), other.uuid, own, NOW), undefined);
    const held = await listTokensOfReaching(db(), acme.uuid, owner.uuid, NOW);
    assert.deepEqual(held.map(({ name }) => name).sort(), ["ci", "dashboard"]);
  });
});
