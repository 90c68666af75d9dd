import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { openAccountPorts } from "../../../tests/support/examples/account-ports.ts";
import {
  newUuid,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../tests/support/examples/sample-model.ts";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { authenticate } from "../../authentication/authenticate.ts";
import { readPresentedCredential } from "../../authentication/presented-credential.ts";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import { callerPorts } from "../../authorization/caller-ports.ts";
import { openAdmission } from "../../authorization/open-admission.ts";
import type { AccountCaller } from "../../model/caller.ts";
import { OPERATOR } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import { OAUTH_SCOPES } from "../../model/oauth-scope.ts";
import type { RefName } from "../../model/ref-name.ts";
import { SCOPES } from "../../model/scope.ts";
import { NO_REQUIREMENT, type Requirement } from "../../model/scope-set.ts";
import type { Secret } from "../../model/secret.ts";
import type { Token } from "../../model/token.ts";
import { refRefusalOf, tokenOf, viewerOf } from "../../model/who-acts.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import type { Ports } from "../../ports.ts";
import { insertAccount } from "../../storage/sql/accounts/accounts.ts";
import { upsertRepositoryPermission } from "../../storage/sql/permissions/permissions.ts";
import { insertProject, listProjects } from "../../storage/sql/projects/projects.ts";
import { insertRepository, listRepositories } from "../../storage/sql/repositories/repositories.ts";
import { insertToken } from "../../storage/sql/tokens/tokens.ts";
import { upsertMember } from "../../storage/sql/workspaces/members.ts";
import { insertWorkspace, listWorkspacesOf } from "../../storage/sql/workspaces/workspaces.ts";
import { DERIVATION_DEPTH_MAX, deriveToken, type WantedChild } from "./derive-token.ts";
import { findLimits } from "./token-limits.ts";

const RUNS = 25;
const DAY_MS = 86_400_000;

const ADDRESSES = ["192.0.2.7", "192.0.2.200", "198.51.100.1", "2001:db8::1"];
const REFS = ["refs/heads/main", "refs/heads/bot/a", "refs/heads/bot/a/b", "refs/tags/v1", "refs/notes/x"];
/** Hours of the account ports' day, which is a Friday. */
const HOURS_LATER = [0, 6, 12, 30];
const API_SCOPES = [
  "read:repository:bitbucket",
  "write:repository:bitbucket",
  "admin:repository:bitbucket",
] as const;
const OLD_SCOPES = ["repository", "repository:write", "pullrequest:write", "repository:admin"] as const;
/** One for each scope of both vocabularies. */
const REQUIREMENTS: readonly Requirement[] = [
  ...SCOPES.map((scope) => ({ apiTokenScopes: [scope], oauthScopes: [] })),
  ...OAUTH_SCOPES.map((scope) => ({ apiTokenScopes: [], oauthScopes: [scope] })),
];

const PAGE = { page: 1, pagelen: 50 };

const some = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });
const maybe = <Value>(values: readonly Value[]) => fc.option(some(values), { nil: undefined, freq: 2 });

const limitsArbitrary: fc.Arbitrary<WrittenLimits> = fc.record({
  repositories: maybe(["one/a1", "one/a2", "one/b1", "two/c1", "two/c2", "far/open", "far/shut", "one/none"]),
  projects: maybe(["one/A", "one/B", "two/C", "far/F"]),
  workspaces: maybe(["one", "two", "far"]),
  refs: maybe(["refs/heads/*", "refs/heads/bot/*", "refs/heads/bot/a", "refs/tags/*", "refs/*"]),
  addresses: maybe(["192.0.2.0/24", "192.0.2.0/25", "198.51.100.1", "::/0", "0.0.0.0/0"]),
  read_only_hours: maybe([
    "daily 00:00-06:00 UTC",
    "fri 08:00-12:00 Europe/Berlin",
    "sat-sun 00:00-00:00 UTC",
  ]),
});

const stepArbitrary = fc.record({
  /** Each of the scopes of the first token; those that the parent has not are asked for in vain. */
  scopes: some([0, 1, 2]),
  isWithin: fc.boolean(),
  limits: limitsArbitrary,
  /** How many of its limits are asked for: the fewer, the likelier they lie within. */
  kept: fc.integer({ min: 0, max: 3 }),
  lifeSeconds: fc.integer({ min: 60, max: 3_600 }),
});

type Asked = Omit<WantedChild, "name">;

describeDatabases("a random chain of derived tokens", (current) => {
  const [one, two, far] = [
    sampleWorkspace("one"),
    sampleWorkspace("two", { isPrivate: false }),
    sampleWorkspace("far"),
  ];
  const [a, b, c, f] = [
    sampleProject(one, "A"),
    sampleProject(one, "B"),
    sampleProject(two, "C"),
    sampleProject(far, "F"),
  ];
  const repositories = [
    sampleRepository(one, a, "a1"),
    sampleRepository(one, a, "a2", { isPrivate: false }),
    sampleRepository(one, b, "b1"),
    sampleRepository(two, c, "c1"),
    sampleRepository(two, c, "c2", { isPrivate: false }),
    sampleRepository(far, f, "open", { isPrivate: false }),
    sampleRepository(far, f, "shut"),
  ];
  const workspaces = [one, two, far];
  const projects = [a, b, c, f];
  const ada = sampleAccount("ada");
  let ports: Ports;

  before(async () => {
    const { database } = current();
    const opened = openAccountPorts(database);
    const config = { ...opened.ports.config, identity: "lenient", takesBearerApiTokens: true };
    ports = { ...opened.ports, config } as unknown as Ports;
    const db = database.kysely;
    await insertAccount(db, ada);
    for (const workspace of workspaces) await insertWorkspace(db, workspace);
    for (const project of projects) await insertProject(db, project);
    for (const repository of repositories) await insertRepository(db, repository);
    const now = ports.clock();
    const member = (role: "owner" | "member", repositoryPermission: "admin" | "read") =>
      ({ accountUuid: ada.uuid, role, repositoryPermission }) as const;
    await upsertMember(db, one.uuid, member("owner", "admin"), now);
    await upsertMember(db, two.uuid, member("member", "read"), now);
    await upsertRepositoryPermission(db, repositories[3]!.uuid, ada.uuid, "write");
  });

  async function callerOf(text: Secret): Promise<AccountCaller> {
    const presented = readPresentedCredential(`Bearer ${text.reveal()}`);
    const caller = await authenticate(ports, "rest", presented, {
      address: ADDRESSES[0]!,
      userAgent: undefined,
    });
    assert.ok(caller.kind === "account");
    return caller;
  }

  /** Stored as it is, with limits that the operator has written. */
  async function firstToken(kind: "api-token" | "access-token", limits: WrittenLimits): Promise<Secret> {
    const { bound } = await findLimits(ports, OPERATOR, { ...limits, repositories: undefined });
    const now = ports.clock();
    const token = {
      kind,
      uuid: newUuid(),
      accountUuid: ada.uuid,
      name: "first",
      scopes: kind === "api-token" ? API_SCOPES : OLD_SCOPES,
      bound,
      createdAt: now,
      expiresAt: new Date(now.getTime() + DAY_MS),
      revokedAt: undefined,
      lastUsedAt: undefined,
      successorUuid: undefined,
      parentUuid: undefined,
    } as Token;
    const text = writeToken(kind, ports.randomBytes);
    await insertToken(ports.database.kysely, token, digestToken(text));
    return text;
  }

  async function isTaken(ask: () => unknown): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  }

  /** All that a credential may, as what admits requests decides it, and the lists that are made for it. */
  async function allowed(caller: AccountCaller): Promise<readonly string[]> {
    const claims: string[] = [];
    const claim = async (what: string, ask: () => unknown) => {
      if (await isTaken(ask)) claims.push(what);
    };
    const db = ports.database.kysely;
    for (const address of ADDRESSES)
      for (const isWrite of [false, true])
        for (const hours of HOURS_LATER) {
          const then = new Date(ports.clock().getTime() + hours * 3_600_000);
          await claim(`from ${address} in ${hours} hours ${isWrite ? "to write" : "to read"}`, () =>
            openAdmission(ports, { caller, address, writesAt: isWrite ? then : undefined }, NO_REQUIREMENT),
          );
        }
    // Scopes and places do not depend on the address: from one that is taken.
    const address = ADDRESSES.find((each) => claims.some((what) => what.startsWith(`from ${each} `)));
    if (address === undefined) return claims;
    const open = () => openAdmission(ports, { caller, address, writesAt: undefined }, NO_REQUIREMENT);
    for (const requirement of REQUIREMENTS)
      await claim(JSON.stringify(requirement), () =>
        openAdmission(ports, { caller, address, writesAt: undefined }, requirement),
      );
    for (const repository of repositories)
      for (const permission of ["read", "write", "admin"] as const)
        await claim(`${permission} ${repository.slug}`, () =>
          open().admitToRepository(repository, { permission }),
        );
    for (const project of projects)
      for (const permission of ["see", "create-repo", "admin"] as const)
        await claim(`${permission} ${project.key}`, () => open().admitToProject(project, permission));
    for (const project of projects)
      await claim(`put into ${project.key}`, () => open().admitToTargetProject(project));
    for (const workspace of workspaces)
      for (const permission of ["see", "belong", "create-repository", "own"] as const)
        await claim(`${permission} ${workspace.slug}`, () =>
          open().admitToWorkspace(workspace, workspace.slug, permission),
        );
    for (const name of REFS)
      if (refRefusalOf(caller, name as RefName) === undefined) claims.push(`change ${name}`);
    const viewer = viewerOf(caller);
    for (const { uuid: workspaceUuid } of workspaces) {
      const listed = await listRepositories(db, { workspaceUuid, viewer, ...PAGE });
      claims.push(...listed.values.map(({ slug }) => `list ${slug}`));
      const ofProjects = await listProjects(db, { workspaceUuid, viewer, ...PAGE });
      claims.push(...ofProjects.values.map(({ project }) => `list ${project.key}`));
    }
    const member = await listWorkspacesOf(db, viewer, PAGE);
    claims.push(...member.values.map(({ workspace }) => `list ${workspace.slug}`));
    return claims;
  }

  function derive(caller: AccountCaller, asked: Asked) {
    const { by } = callerPorts(
      ports,
      { caller, requirements: [] },
      {
        address: ADDRESSES[0]!,
        baseUrls: { api: "https://git.example.com", html: "https://git.example.com" } as never,
        signal: new AbortController().signal,
      },
    );
    return deriveToken(ports, by, { name: "child", ...asked });
  }

  async function deriveIfTaken(caller: AccountCaller, asked: Asked) {
    try {
      return await derive(caller, asked);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refused = error.details.fields ?? {};
      return undefined;
    }
  }

  /** Without what was refused. */
  let refused: Readonly<Record<string, unknown>> = {};
  function withinReach({ limits, lifeSeconds, scopes }: Asked, parent: Token): Asked {
    const kept = Object.entries(limits).filter(([field]) => !Object.hasOwn(refused, field));
    return {
      limits: Object.fromEntries(kept),
      lifeSeconds,
      scopes: Object.hasOwn(refused, "scopes") ? parent.scopes : scopes,
    };
  }

  test("gains nothing at any step: no scope, place, ref, address, hour or minute", {
    timeout: 600_000,
  }, async () => {
    let links = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("api-token", "access-token"),
        limitsArbitrary,
        fc.array(stepArbitrary, { minLength: 1, maxLength: DERIVATION_DEPTH_MAX + 1 }),
        async (kind, first, steps) => {
          let caller = await callerOf(await firstToken(kind, first));
          let before = await allowed(caller);
          for (const { scopes, isWithin, limits, kept, lifeSeconds } of steps) {
            const parent = tokenOf(caller)!;
            const wanted = Object.fromEntries(
              Object.entries(limits)
                .filter(([, values]) => values !== undefined)
                .slice(0, kept),
            );
            const named = scopes.map((index) => (kind === "api-token" ? API_SCOPES : OLD_SCOPES)[index]!);
            const asked = {
              scopes: isWithin ? scopes.flatMap((index) => parent.scopes[index] ?? []) : named,
              limits: wanted,
              lifeSeconds,
            };
            const derived =
              (await deriveIfTaken(caller, asked)) ??
              (await deriveIfTaken(caller, withinReach(asked, parent)));
            if (derived === undefined) continue;
            links += 1;
            const child = await callerOf(derived.text);
            const now = await allowed(child);
            const gained = now.filter((claim) => !before.includes(claim));
            assert.deepEqual(gained, [], JSON.stringify({ parent: parent.bound, wanted }));
            assert.ok(derived.token.expiresAt <= parent.expiresAt);
            [caller, before] = [child, now];
          }
        },
      ),
      { numRuns: RUNS },
    );
    assert.ok(links > RUNS, `${links} derivations are too few to say anything`);
  });
});
