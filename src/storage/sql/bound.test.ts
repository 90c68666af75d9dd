import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
  viewing,
} from "../../../tests/support/examples/sample-model.ts";
import { type Bound, isWithin, locationOfProject, locationOfRepository } from "../../model/bound.ts";
import { insertAccount } from "./accounts/accounts.ts";
import { listEffectivePermissions } from "./permissions/effective-permissions.ts";
import { hasPermissionInAnyProject } from "./permissions/project-permissions.ts";
import { insertProject, listProjects } from "./projects/projects.ts";
import { insertRepository, listRepositories } from "./repositories/repositories.ts";
import { listRepositoryDetails } from "./repositories/repository-details.ts";
import { upsertMember } from "./workspaces/members.ts";
import { insertWorkspace, listWorkspacesOf } from "./workspaces/workspaces.ts";

const PAGE = { page: 1, pagelen: 50 };

describeDatabases("a bound credential", (current) => {
  const db = () => current().database.kysely;
  const ada = sampleAccount("ada");
  const [here, there] = [sampleWorkspace("here"), sampleWorkspace("there")];
  const [one, two] = [sampleProject(here, "ONE"), sampleProject(here, "TWO")];
  const far = sampleProject(there, "FAR");
  const first = sampleRepository(here, one, "first");
  const open = sampleRepository(here, one, "open", { isPrivate: false });
  const second = sampleRepository(here, two, "second");
  const distant = sampleRepository(there, far, "distant", { isPrivate: false });
  const fork = sampleRepository(here, one, "fork", { parentUuid: second.uuid });
  const repositories = [first, open, second, distant, fork];
  const projects = [one, two, far];
  const workspaces = [here, there];

  /** Ada owns all of it: whatever is missing is so by the bound. */
  before(async () => {
    await insertAccount(db(), ada);
    for (const workspace of workspaces) {
      await insertWorkspace(db(), workspace);
      const owner = { accountUuid: ada.uuid, role: "owner", repositoryPermission: "admin" } as const;
      await upsertMember(db(), workspace.uuid, owner, SAMPLE_INSTANT);
    }
    for (const project of projects) await insertProject(db(), project);
    for (const repository of repositories) await insertRepository(db(), repository);
  });

  async function listedRepositories(bound: Bound | undefined, more = {}): Promise<string[]> {
    const viewer = viewing(ada.uuid, bound);
    const lists = workspaces.map(({ uuid }) =>
      listRepositories(db(), { workspaceUuid: uuid, viewer, ...PAGE, ...more }),
    );
    return (await Promise.all(lists)).flatMap(({ values, size }) => {
      assert.equal(size, values.length);
      return values.map(({ slug }) => slug);
    });
  }

  for (const [what, bound] of [
    ["no bound", undefined],
    ["nothing", { repositories: [] }],
    ["refs and addresses alone", { refs: [], addresses: [] }],
    ["one repository", { repositories: [first.uuid] }],
    ["a public repository", { repositories: [open.uuid] }],
    ["a project", { projects: [one.uuid] }],
    ["a workspace", { workspaces: [here.uuid] }],
    ["a repository and another workspace", { repositories: [second.uuid], workspaces: [there.uuid] }],
    ["all but a workspace that refuses", { refusedBy: [here.uuid] }],
    [
      "all but the private content of a workspace",
      { privateRefusals: [{ workspaceUuid: here.uuid, reason: { kind: "two-step" } }] },
    ],
    ["a project of a workspace that refuses", { projects: [one.uuid, far.uuid], refusedBy: [here.uuid] }],
    [
      "a project, of a token bound to a repository",
      { projects: [one.uuid], outer: { repositories: [first.uuid] } },
    ],
    [
      "one of two repositories, of a token bound to their project, of one bound to their workspace",
      {
        repositories: [first.uuid, second.uuid],
        outer: { projects: [one.uuid], outer: { workspaces: [here.uuid] } },
      },
    ],
    [
      "everything, of a token bound to a workspace that refuses",
      { outer: { workspaces: [here.uuid] }, refusedBy: [here.uuid] },
    ],
    ["a workspace, of a token that is bound to nothing", { workspaces: [here.uuid], outer: {} }],
    ["what is not there", { repositories: [newUuid()], projects: [newUuid()], workspaces: [newUuid()] }],
  ] as readonly (readonly [string, Bound | undefined])[]) {
    const viewer = viewing(ada.uuid, bound);
    const expected = repositories
      .filter((repository) => isWithin(bound, locationOfRepository(repository)))
      .map(({ slug }) => slug)
      .sort();

    test(`bound to ${what}, lists of repositories have what is within`, async () => {
      assert.deepEqual((await listedRepositories(bound)).sort(), expected);
      for (const role of ["member", "contributor", "admin", "owner"] as const)
        assert.deepEqual((await listedRepositories(bound, { role })).sort(), expected, role);
      const filter = { kind: "comparison", field: "slug", operator: "!=", value: { kind: "text", text: "" } };
      assert.deepEqual((await listedRepositories(bound, { filter })).sort(), expected);
    });

    test(`bound to ${what}, lists of forks and details name no parent that is not within`, async () => {
      const forks = await listRepositories(db(), { parentUuid: second.uuid, viewer, ...PAGE });
      assert.deepEqual(
        forks.values.map(({ slug }) => slug),
        expected.filter((slug) => slug === "fork"),
      );
      const details = await listRepositoryDetails(db(), [fork.uuid], viewer);
      const parent = expected.includes("second" as never) ? "second" : undefined;
      assert.equal(details.get(fork.uuid)?.parent?.slug, parent);
      const looked = await current().database.lookups.getRepositoryDetails(fork.uuid, viewer);
      assert.equal(looked.parent?.slug, parent);
    });

    test(`bound to ${what}, lists of projects have what is within`, async () => {
      const keys = [];
      for (const { uuid } of workspaces) {
        const { values, size } = await listProjects(db(), { workspaceUuid: uuid, viewer, ...PAGE });
        assert.equal(size, values.length);
        keys.push(...values.map(({ project }) => project.key));
      }
      const within = projects.filter((project) => isWithin(bound, locationOfProject(project)));
      assert.deepEqual(keys.sort(), within.map(({ key }) => key).sort());
      for (const { uuid } of workspaces) {
        assert.equal(
          await hasPermissionInAnyProject(db(), uuid, viewer, "read"),
          within.some(({ workspaceUuid }) => workspaceUuid === uuid),
        );
      }
    });

    test(`bound to ${what}, the list of workspaces has what is within`, async () => {
      const { values, size } = await listWorkspacesOf(db(), viewer, PAGE);
      assert.equal(size, values.length);
      assert.deepEqual(
        values.map(({ workspace }) => workspace.slug).sort(),
        workspaces.filter(({ uuid }) => isWithin(bound, { workspaceUuid: uuid })).map(({ slug }) => slug),
      );
    });

    test(`bound to ${what}, lists of permissions have what is within`, async () => {
      for (const more of [{}, { accountUuid: ada.uuid }]) {
        const slugs = [];
        for (const { uuid } of workspaces) {
          const asked = { workspaceUuid: uuid, viewer, ...PAGE, ...more };
          const { values, size } = await listEffectivePermissions(db(), asked);
          assert.equal(size, values.length);
          slugs.push(...values.map(({ repository }) => repository.slug));
        }
        assert.deepEqual(slugs.sort(), expected);
      }
    });
  }
});
