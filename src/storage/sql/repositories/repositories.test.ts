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
  viewing,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Account } from "../../../model/account.ts";
import { ANONYMOUS } from "../../../model/caller.ts";
import { Failure } from "../../../model/failure.ts";
import { type Filter, parseFilter } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { BranchName, RefName } from "../../../model/ref-name.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { saveCursor } from "../commits/commits-cursors.ts";
import { isUniqueViolation } from "../database-failure.ts";
import { upsertRepositoryPermission } from "../permissions/permissions.ts";
import { upsertProjectPermission } from "../permissions/project-permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { applyRefUpdates } from "../refs/ref-updates.ts";
import { listRefs } from "../refs/refs.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  deleteRepositoryRow,
  findRepository,
  insertRepository,
  listRepositories,
  type RepositoryListOptions,
  updateLockedRepository,
  updateRepository,
} from "./repositories.ts";
import { REPOSITORY_FIELDS } from "./repository-rows.ts";

function filter(text: string): Filter {
  const parsed = parseFilter(text);
  assert.equal(parsed.kind, "filter");
  return parsed.filter;
}

describeDatabases("repositories", (current) => {
  const workspace = sampleWorkspace("acme");
  const other = sampleWorkspace("other");
  const project = sampleProject(workspace, "P");
  const second = sampleProject(workspace, "SECOND");
  const otherProject = sampleProject(other, "P");
  const db = () => current().database.kysely;

  before(async () => {
    for (const each of [workspace, other]) await insertWorkspace(db(), each);
    for (const each of [project, second, otherProject]) await insertProject(db(), each);
  });

  test("finds a repository by every pair of selectors, with workspace and project", async () => {
    const stored = sampleRepository(workspace, project, "found", {
      name: "Gefunden – ✓",
      website: "https://example.com",
      mainBranch: "main" as BranchName,
      sizeBytes: 5_000_000_000,
      refGeneration: 3,
      dropNumber: 2,
      commitGraph: "5".repeat(40),
      isPrivate: false,
      hasWiki: true,
      forkPolicy: "no_forks",
    });
    await insertRepository(db(), stored);
    const { slug, uuid } = stored;
    assert.deepEqual(await findRepository(db(), { slug: workspace.slug }, { slug }), stored);
    assert.deepEqual(await findRepository(db(), { slug: workspace.slug }, { uuid }), stored);
    assert.deepEqual(await findRepository(db(), { uuid: workspace.uuid }, { slug }), stored);
    assert.deepEqual(await findRepository(db(), { uuid: workspace.uuid }, { uuid }), stored);
    assert.deepEqual(await findRepository(db(), undefined, { uuid }), stored);
    assert.deepEqual(await current().database.lookups.findRepositoryBySlugs(workspace.slug, slug), stored);
  });

  test("finds no repository in another workspace, nor by a slug alone", async () => {
    const { slug, uuid, ...rest } = sampleRepository(workspace, project, "hidden");
    await insertRepository(db(), { slug, uuid, ...rest });
    assert.equal(await findRepository(db(), { slug: other.slug }, { slug }), undefined);
    assert.equal(await findRepository(db(), { uuid: other.uuid }, { uuid }), undefined);
    assert.equal(await findRepository(db(), undefined, { slug }), undefined);
    const { lookups } = current().database;
    assert.equal(await lookups.findRepositoryBySlugs(other.slug, slug), undefined);
    assert.equal(await lookups.findRepositoryBySlugs(slug as string as WorkspaceSlug, slug), undefined);
    assert.equal(await lookups.findRepositoryBySlugs(workspace.slug, "HIDDEN" as RepositorySlug), undefined);
  });

  test("changes what is named and nothing else", async () => {
    const stored = sampleRepository(workspace, project, "changed", {
      website: "x",
      mainBranch: "a" as BranchName,
    });
    await insertRepository(db(), stored);
    const find = () => findRepository(db(), undefined, { uuid: stored.uuid });
    assert.equal(await updateRepository(db(), stored.uuid, {}), true);
    await current().database.transaction((tx) => updateLockedRepository(tx, stored.uuid, {}));
    assert.deepEqual(await find(), stored);
    const updatedAt = new Date("2026-06-06T06:06:06.006Z");
    await updateRepository(db(), stored.uuid, { isPrivate: false, mainBranch: undefined, updatedAt });
    assert.deepEqual(await find(), { ...stored, isPrivate: false, mainBranch: undefined, updatedAt });
    const renamed = { slug: "renamed" as RepositorySlug, name: "Renamed", language: "c", description: "d" };
    const flags = { hasIssues: true, hasWiki: true, forkPolicy: "no_public_forks", sizeBytes: 7 } as const;
    await updateRepository(db(), stored.uuid, {
      ...renamed,
      ...flags,
      website: undefined,
      projectUuid: second.uuid,
    });
    assert.deepEqual(await find(), {
      ...stored,
      ...renamed,
      ...flags,
      isPrivate: false,
      website: undefined,
      mainBranch: undefined,
      updatedAt,
      project: second,
    });
    assert.equal(await updateRepository(db(), newUuid(), { name: "x" }), false);
    assert.equal(await updateRepository(db(), newUuid(), {}), false);
  });

  test("refuses a slug that is taken in the workspace, at creation and at a rename", async () => {
    await insertRepository(db(), sampleRepository(workspace, project, "taken"));
    await assert.rejects(
      insertRepository(db(), sampleRepository(workspace, second, "taken")),
      isUniqueViolation,
    );
    const free = sampleRepository(workspace, project, "free");
    await insertRepository(db(), free);
    await assert.rejects(
      updateRepository(db(), free.uuid, { slug: "taken" as RepositorySlug }),
      isUniqueViolation,
    );
    await insertRepository(db(), sampleRepository(other, otherProject, "taken"));
  });

  test("deletes a repository with what hangs on it, and no other", async () => {
    const account = sampleAccount("deleter");
    await insertAccount(db(), account);
    const name = "refs/heads/main" as RefName;
    const target = "1".repeat(40) as ObjectId;
    const [gone, kept] = [
      sampleRepository(workspace, project, "gone"),
      sampleRepository(workspace, project, "kept"),
    ];
    for (const each of [gone, kept]) {
      await insertRepository(db(), each);
      await upsertRepositoryPermission(db(), each.uuid, account.uuid, "read");
      await saveCursor(db(), {
        key: each.uuid,
        repositoryUuid: each.uuid,
        state: "{}",
        createdAt: SAMPLE_INSTANT,
      });
      const update = { name, old: undefined, new: target, peeled: undefined };
      const options = { isAtomic: false, now: SAMPLE_INSTANT };
      await current().database.transaction((tx) => applyRefUpdates(tx, each.uuid, [update], options));
    }
    assert.equal(await deleteRepositoryRow(db(), gone.uuid), true);
    assert.equal(await deleteRepositoryRow(db(), gone.uuid), false);
    for (const table of ["ref", "repository_permission", "commits_cursor"] as const) {
      const rows = await db().selectFrom(table).select("repository_uuid").execute();
      assert.deepEqual(rows, [{ repository_uuid: kept.uuid }], table);
    }
    assert.deepEqual(await listRefs(db(), gone.uuid), []);
  });
});

describeDatabases("lists of repositories", (current) => {
  const workspace = sampleWorkspace("acme");
  const other = sampleWorkspace("other");
  const project = sampleProject(workspace, "P", { name: "First" });
  const second = sampleProject(workspace, "SECOND");
  const otherProject = sampleProject(other, "P");
  const accounts = new Map<string, Account>();
  const db = () => current().database.kysely;
  const repositories = [
    sampleRepository(workspace, project, "open", { isPrivate: false, createdAt: new Date(3), sizeBytes: 10 }),
    sampleRepository(workspace, project, "closed", { createdAt: new Date(2), language: "c", name: "Zulu" }),
    sampleRepository(workspace, second, "secret", {
      createdAt: new Date(1),
      mainBranch: "main" as BranchName,
      sizeBytes: 3_000_000_000,
      name: "alpha",
    }),
    sampleRepository(other, otherProject, "elsewhere", { isPrivate: false }),
  ];
  const [open, closed] = repositories;

  before(async () => {
    for (const each of [workspace, other]) await insertWorkspace(db(), each);
    for (const each of [project, second, otherProject]) await insertProject(db(), each);
    for (const each of repositories) await insertRepository(db(), each);
    for (const name of ["owner", "reader", "stranger", "collaborator", "projectWriter"]) {
      accounts.set(name, sampleAccount(name));
      await insertAccount(db(), accounts.get(name)!);
    }
    const uuid = (name: string) => accounts.get(name)!.uuid;
    const owner = { accountUuid: uuid("owner"), role: "owner", repositoryPermission: "none" } as const;
    const reader = { accountUuid: uuid("reader"), role: "member", repositoryPermission: "read" } as const;
    await upsertMember(db(), workspace.uuid, owner, SAMPLE_INSTANT);
    await upsertMember(db(), workspace.uuid, reader, SAMPLE_INSTANT);
    await upsertRepositoryPermission(db(), closed!.uuid, uuid("collaborator"), "admin");
    await upsertProjectPermission(db(), project.uuid, uuid("projectWriter"), "write");
  });

  async function list(viewer: string | undefined, options: Partial<RepositoryListOptions> = {}) {
    const viewerUuid = viewer === undefined ? undefined : accounts.get(viewer)?.uuid;
    const page = await listRepositories(db(), {
      workspaceUuid: workspace.uuid,
      viewer: viewing(viewerUuid),
      page: 1,
      pagelen: 10,
      ...options,
    });
    return { slugs: page.values.map((repository) => repository.slug as string), size: page.size };
  }

  for (const [viewer, role, slugs] of [
    [undefined, undefined, ["open"]],
    [undefined, "member", []],
    [undefined, "owner", []],
    ["stranger", undefined, ["open"]],
    ["stranger", "member", []],
    ["stranger", "owner", []],
    ["owner", undefined, ["secret", "closed", "open"]],
    ["owner", "member", ["secret", "closed", "open"]],
    ["owner", "admin", ["secret", "closed", "open"]],
    ["owner", "owner", ["secret", "closed", "open"]],
    ["reader", undefined, ["secret", "closed", "open"]],
    ["reader", "member", ["secret", "closed", "open"]],
    ["reader", "contributor", []],
    ["reader", "owner", []],
    ["collaborator", undefined, ["closed", "open"]],
    ["collaborator", "member", ["closed"]],
    ["collaborator", "contributor", ["closed"]],
    ["collaborator", "admin", ["closed"]],
    ["collaborator", "owner", []],
    ["projectWriter", undefined, ["closed", "open"]],
    ["projectWriter", "contributor", ["closed", "open"]],
    ["projectWriter", "admin", []],
  ] as const) {
    test(`shows ${viewer ?? "someone anonymous"} as ${role ?? "anything"}: ${slugs.join(", ") || "nothing"}`, async () => {
      assert.deepEqual(await list(viewer, { role }), { slugs, size: slugs.length });
    });
  }

  test("gives whole repositories", async () => {
    const options = { workspaceUuid: workspace.uuid, viewer: ANONYMOUS, page: 1, pagelen: 1 };
    assert.deepEqual(await listRepositories(db(), options), { values: [open], size: 1 });
  });

  for (const [q, slugs] of [
    ['name = "Zulu"', ["closed"]],
    ['name ~ "UL"', ["closed"]],
    ['full_name = "acme/open"', ["open"]],
    ['full_name ~ "acme/"', ["secret", "closed", "open"]],
    ["is_private = false", ["open"]],
    ["size > 2999999999", ["secret"]],
    ['scm = "git"', ["secret", "closed", "open"]],
    ['scm != "git"', []],
    // By code points on both databases: in the order of most locales it is the other way round.
    ['scm > "GIT"', ["secret", "closed", "open"]],
    ['full_name > "ACME/"', ["secret", "closed", "open"]],
    ["parent = null", ["secret", "closed", "open"]],
    ["parent != null", []],
    ["mainbranch.name = null", ["closed", "open"]],
    ['mainbranch.name = "main"', ["secret"]],
    ['project.key = "SECOND" OR language = "c"', ["secret", "closed"]],
    ['project.name = "First"', ["closed", "open"]],
    ["created_on > 1970-01-01T00:00:00.002Z", ["open"]],
    ['workspace.slug = "other"', []],
    [`owner.uuid = "{${workspace.uuid}}"`, ["secret", "closed", "open"]],
    [`uuid = "{${repositories[0]!.uuid}}"`, ["open"]],
  ] as const) {
    test(`filters by ${q.replace(/\{.*\}/, "{…}")}`, async () => {
      assert.deepEqual(await list("owner", { filter: filter(q) }), { slugs, size: slugs.length });
    });
  }

  test("counts and shows only what the viewer may see, whatever the filter says", async () => {
    const everything = filter('slug != "" OR is_private = true');
    assert.deepEqual(await list("stranger", { filter: everything }), { slugs: ["open"], size: 1 });
  });

  for (const [field, direction, slugs] of [
    ["name", "asc", ["closed", "secret", "open"]],
    ["name", "desc", ["open", "secret", "closed"]],
    ["size", "desc", ["secret", "open", "closed"]],
    ["-", "asc", undefined],
  ] as const) {
    test(`sorts by ${field} ${direction}`, async () => {
      const sorted = list("owner", { sort: { field, direction } });
      if (slugs === undefined) {
        await assert.rejects(sorted, (error) => error instanceof Failure && error.kind === "invalid-input");
      } else {
        assert.deepEqual((await sorted).slugs, slugs);
      }
    });
  }

  test("filters and sorts by every field that it offers", async () => {
    for (const field of Object.keys(REPOSITORY_FIELDS)) {
      const { size } = await list("owner", { sort: { field, direction: "desc" } });
      assert.equal(size, 3, field);
      const is = filter(`${field} = null`);
      const not = filter(`${field} != null`);
      const both = await Promise.all([list("owner", { filter: is }), list("owner", { filter: not })]);
      assert.equal(both[0].size + both[1].size, 3, field);
    }
  });

  test("shows each repository once over all pages, though the sort sees no difference", async () => {
    for (const sort of [undefined, { field: "scm", direction: "asc" }] as const) {
      const pages = await Promise.all([1, 2, 3, 4].map((page) => list("owner", { sort, page, pagelen: 1 })));
      assert.deepEqual(
        pages.map((page) => page.size),
        [3, 3, 3, 3],
      );
      assert.deepEqual(pages.flatMap((page) => page.slugs).sort(), ["closed", "open", "secret"]);
    }
  });
});
