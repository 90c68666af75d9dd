import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Route } from "../../../src/http/routes/route.ts";
import type { Account } from "../../../src/model/account.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import type { PipelineSchedule } from "../../../src/model/pipeline-schedule.ts";
import type { ProjectKey } from "../../../src/model/slug.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import { addEmail, createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createDeployment } from "../../../src/operations/deployments/deployments.ts";
import { storeDownloads } from "../../../src/operations/downloads/downloads.ts";
import { createGroup } from "../../../src/operations/groups/groups.ts";
import { addCache } from "../../../src/operations/pipelines/caches.ts";
import { reportTestCases, startStep } from "../../../src/operations/pipelines/move-step.ts";
import { createSchedule, executeSchedule } from "../../../src/operations/pipelines/schedules.ts";
import { createProject } from "../../../src/operations/projects/projects.ts";
import { watchRepository } from "../../../src/operations/repositories/watch-repository.ts";
import { createWorkspace, setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { findEnvironmentByName } from "../../../src/storage/sql/deployments/environments.ts";
import { upsertExplicitPermission } from "../../../src/storage/sql/permissions/explicit-permissions.ts";
import { findPipeline } from "../../../src/storage/sql/pipelines/pipelines.ts";
import { listSteps } from "../../../src/storage/sql/pipelines/steps.ts";
import { listTestCases } from "../../../src/storage/sql/pipelines/test-cases.ts";
import {
  insertProjectReviewer,
  insertRepositoryReviewer,
} from "../../../src/storage/sql/pull-requests/default-reviewers.ts";
import { newGpgPublicKey, newSshPublicKey } from "../examples/example-keys.ts";
import { type ExampleParameters, examplePath, HOST_KEY, PARAMETERS } from "../examples/route-examples.ts";
import { type FilledApp, startFilledApp } from "./filled-app.ts";

/** Of each kind: more than fit on a page of 20. */
export const CROWD = 21;

export type CrowdedApp = FilledApp & {
  readonly members: readonly Account[];
  /** Values of path parameters. */
  readonly pipelines: ExampleParameters;
  readonly environment: Uuid;
  /** The id of the one that has comments and versions. */
  readonly snippet: string;
};

/** A server with a crowd of everything that there are lists of, around `acme/demo`; see `startFilledApp`. */
export async function startCrowdedApp(): Promise<CrowdedApp> {
  const filled = await startFilledApp();
  await fillHistory(filled);
  const members = await fillWorkspace(filled);
  await fillCommit(filled, members);
  await fillPullRequests(filled);
  const environment = await fillDeployments(filled);
  const pipelines = await fillPipelines(filled);
  return { ...filled, members, pipelines, environment, snippet: await fillSnippets(filled) };
}

const NUMBERS = Array.from({ length: CROWD }, (_, index) => String(index).padStart(2, "0"));

/** Commits that all change `often.txt`; branches and tags; files that the branch `other` changes too. */
async function fillHistory({ git, folder, commit }: FilledApp): Promise<void> {
  const files = (text: string) =>
    Object.fromEntries(
      NUMBERS.flatMap((number) => {
        const content = `${text} ${number}\n`;
        return [
          [`f${number}.txt`, content],
          [`folder/f${number}.txt`, content],
        ];
      }),
    );
  await commit(files("base"), "Base");
  await git.out(["branch", "base"], { folder });
  await git.out(["checkout", "--quiet", "-b", "other"], { folder });
  await commit(files("other"), "Other");
  await git.out(["checkout", "--quiet", "main"], { folder });
  for (const number of NUMBERS) {
    await commit({ "often.txt": `${number}\n` }, `Commit ${number}`);
    await git.out(["branch", `b${number}`], { folder });
    await git.out(["tag", "-a", "-m", "tag", `t${number}`], { folder });
  }
  await commit(files("main"), "Main");
  await git.out(["checkout", "--quiet", "-b", "large"], { folder });
  await addLargeFiles(folder);
  await commit({}, "Large");
  await git.out(["push", "--quiet", "origin", "--all"], { folder });
  await git.out(["push", "--quiet", "origin", "--tags"], { folder });
}

export const LARGE_FILES = 6;

/** Above what is read whole to see whether it is text. */
async function addLargeFiles(folder: string): Promise<void> {
  await mkdir(join(folder, "large"));
  for (const number of NUMBERS.slice(0, LARGE_FILES)) {
    await writeFile(join(folder, "large", number), `${number}\n`.repeat(400_000));
  }
}

async function fillWorkspace({ app, rest }: FilledApp): Promise<readonly Account[]> {
  const { ports, by, workspace, owner, project, repository } = app;
  const db = ports.database.kysely;
  const members: Account[] = [];
  for (const number of NUMBERS) {
    const key = `P${number}` as ProjectKey;
    await createProject(ports, by, workspace, { key, name: key });
    await createWorkspace(ports, by, { slug: `space-${number}`, name: number, owner });
    await addEmail(ports, by, owner, {
      address: `o${number}@example.com`,
      isPrimary: false,
      isConfirmed: true,
    });
    const member = await createAccount(ports, by, {
      email: `m${number}@example.com`,
      username: `m${number}`,
    });
    members.push(member);
    await setMember(ports, by, workspace, member, "member", "read");
    await watchRepository(ports, by, repository, member);
    const group = await createGroup(ports, by, workspace, `Group ${number}`);
    await insertProjectReviewer(db, project.uuid, member.uuid, ports.clock());
    await insertRepositoryReviewer(db, repository.uuid, member.uuid, ports.clock());
    for (const target of [
      { kind: "repository", uuid: repository.uuid } as const,
      { kind: "project", uuid: project.uuid } as const,
    ]) {
      await upsertExplicitPermission(db, target, { kind: "account", uuid: member.uuid }, "read");
      await upsertExplicitPermission(db, target, { kind: "group", uuid: group.uuid }, "read");
    }
    await expectMade(rest("POST", "/environments", { name: number, environment_type: { name: "Test" } }));
    const public_key = { key_type: "ssh-ed25519", key: HOST_KEY };
    await expectMade(
      rest("POST", "/pipelines_config/ssh/known_hosts", { hostname: `h${number}`, public_key }),
    );
    const variable = { key: `K${number}`, value: number };
    await expectMade(rest("POST", "/pipelines_config/variables", variable));
    await expectMade(rest("POST", "/../../../workspaces/acme/pipelines-config/variables", variable));
    const hook = { url: "https://example.com/", description: number, active: false, events: ["repo:fork"] };
    await expectMade(rest("POST", "/hooks", hook));
    await expectMade(rest("POST", "/../../../workspaces/acme/hooks", { ...hook, events: ["repo:push"] }));
  }
  for (const number of NUMBERS) {
    const account = `/../../../users/%7B${owner.uuid}%7D`;
    await expectMade(rest("POST", `${account}/ssh-keys`, { key: newSshPublicKey(), label: number }));
    await expectMade(rest("POST", `${account}/gpg-keys`, { key: newGpgPublicKey(), name: number }));
    for (const path of ["", `/../../../workspaces/acme/projects/${project.key}`])
      await expectMade(rest("POST", `${path}/deploy-keys`, { key: newSshPublicKey(), label: number }));
  }
  for (const number of NUMBERS) await expectMade(rest("POST", "/forks", { name: `fork-${number}` }));
  return members;
}

async function fillCommit({ app, rest }: FilledApp, members: readonly Account[]): Promise<void> {
  const users = members.slice(0, 2).map(({ uuid }) => ({ uuid: `{${uuid}}` }));
  for (const number of NUMBERS) {
    const status = { key: number, state: "SUCCESSFUL", url: "https://example.com/" };
    await expectMade(rest("POST", "/commit/main/statuses/build", status));
    await expectMade(rest("POST", "/commit/main/comments", { content: { raw: number } }));
    const report = { title: number, details: number, report_type: "TEST" };
    await expectMade(rest("PUT", `/commit/main/reports/r${number}`, report));
    const annotation = { annotation_type: "BUG", summary: number };
    await expectMade(rest("PUT", `/commit/main/reports/r00/annotations/a${number}`, annotation));
    await expectMade(rest("POST", "/branch-restrictions", { kind: "push", pattern: `x${number}`, users }));
    const upload = { name: `d${number}`, source: Readable.from([Buffer.from(number)]) };
    await storeDownloads(app.ports, app.by, app.repository, app.owner, Readable.from([upload]));
  }
}

/** One of the environments has variables and deployments, by steps that there are not. */
async function fillDeployments({ app, rest }: FilledApp): Promise<Uuid> {
  const { ports, by, repository } = app;
  const environment = await findEnvironmentByName(ports.database.kysely, repository.uuid, NUMBERS[0]!);
  for (const number of NUMBERS) {
    const variables = `/deployments_config/environments/${environment!.uuid}/variables`;
    await expectMade(rest("POST", variables, { key: `K${number}`, value: number }));
  }
  await by.transaction(async (tx) => {
    for (const number of NUMBERS)
      await createDeployment(ports, tx, environment!, {
        pipelineUuid: ports.newUuid(),
        buildNumber: Number(number) + 1,
        stepUuid: ports.newUuid(),
        commit: "0".repeat(40) as ObjectId,
      });
  });
  return environment!.uuid;
}

/** From `main` into each of the branches. The first one brings many commits and is changed many times. */
async function fillPullRequests({ rest }: FilledApp): Promise<void> {
  for (const number of NUMBERS) {
    const sides = { source: { branch: { name: "main" } }, destination: { branch: { name: `b${number}` } } };
    await expectMade(rest("POST", "/pullrequests", { title: number, ...sides }));
  }
  for (const number of NUMBERS)
    await expectMade(rest("PUT", "/pullrequests/1", { title: `Title ${number}` }));
  for (const number of NUMBERS) {
    const inline = { path: "f00.txt", to: 1 };
    await expectMade(rest("POST", "/pullrequests/1/comments", { content: { raw: number }, inline }));
    await expectMade(rest("POST", "/pullrequests/1/tasks", { content: { raw: number } }));
  }
}

/** A crowd of pipelines; the first one has a crowd of steps and of test cases. */
async function fillPipelines({ app, rest, commit, git, folder }: FilledApp): Promise<ExampleParameters> {
  const { ports, by, repository } = app;
  await git.out(["checkout", "--quiet", "-b", "pipelines", "base"], { folder });
  const steps = NUMBERS.map((number) => `{step: {name: "${number}", script: ["true"]}}`);
  await commit({ "bitbucket-pipelines.yml": `pipelines: {default: [${steps.join(", ")}]}` }, "Pipelines");
  await git.out(["push", "--quiet", "origin", "pipelines"], { folder });
  await expectMade(rest("PUT", "/pipelines_config", { enabled: true }));
  const target = { type: "pipeline_ref_target", ref_type: "branch", ref_name: "pipelines" };
  for (const _ of NUMBERS) await expectMade(rest("POST", "/pipelines", { target }));
  const pipeline = (await findPipeline(ports.database.kysely, repository.uuid, { buildNumber: 1 }))!;
  const [step] = await listSteps(ports.database.kysely, pipeline.uuid);
  const key = { pipelineUuid: pipeline.uuid, stepUuid: step!.uuid };
  await startStep(ports, by, repository, key);
  const cases = NUMBERS.map((name) => ({ name, fullyQualifiedName: name, packageName: "", durationMs: 1 }));
  await reportTestCases(
    ports,
    by,
    repository,
    key,
    cases.map((each) => ({ ...each, status: "FAILED" as const, reason: each.name })),
  );
  const schedule = { isEnabled: false, cronPattern: "0 0 12 * * ? *", refName: "pipelines" };
  const selector = { type: "default", pattern: undefined } as const;
  const schedules: PipelineSchedule[] = [];
  for (const name of NUMBERS) {
    schedules.push(await createSchedule(ports, by, repository, { ...schedule, selector }));
    await executeSchedule(ports, by, repository, schedules[0]!);
    const cache = { name, keyHash: name, path: name, sizeBytes: 1 };
    await addCache(ports, by, repository, { ...key, ...cache });
    await expectMade(rest("POST", "/pipelines-config/runners", { name }));
    await expectMade(rest("POST", "/../../../workspaces/acme/pipelines-config/runners", { name }));
  }
  const [testCase] = await listTestCases(ports.database.kysely, step!.uuid, { page: 1, pagelen: 1 });
  return {
    pipeline_uuid: pipeline.uuid,
    step_uuid: step!.uuid,
    test_case_uuid: testCase!.uuid,
    schedule_uuid: schedules[0]!.uuid,
  };
}

/** The last one has comments and versions. */
async function fillSnippets({ app, rest }: FilledApp): Promise<string> {
  const api = `${app.url}/2.0/snippets/acme`;
  let id = "";
  for (const number of NUMBERS) {
    const made = await rest("POST", api, { title: number, files: { "often.txt": { content: number } } });
    await expectMade(Promise.resolve(made));
    id = made.json.id;
  }
  for (const number of NUMBERS) {
    const files = { "often.txt": { content: `${number} again` } };
    await expectMade(rest("PUT", `${api}/${id}`, { files }));
    await expectMade(rest("POST", `${api}/${id}/comments`, { content: { raw: number } }));
  }
  await expectMade(rest("PUT", `${api}/${id}/watch`));
  return id;
}

async function expectMade(
  answer: Promise<{ readonly status: number; readonly text: string }>,
): Promise<void> {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${text}`);
}

/** Where the crowds are, and where what is asked for elsewhere is not in this app. */
const CROWDED_PARAMETERS = {
  ...PARAMETERS,
  workspace: "acme",
  repo_slug: "demo",
  commit: "main",
  path: "often.txt",
  "src/{commit}/path": "folder",
  spec: "main..base",
  "file-conflicts/spec": "other..main",
  revspec: "main..base",
  reportId: "r00",
  annotationId: "a00",
  comment_id: "1",
  pull_request_id: "1",
  task_id: "1",
  key: "00",
  id: "1",
  uid: "main",
  key_id: "1",
  fingerprint: "0",
  deployment_uuid: "main",
  known_host_uuid: "main",
  variable_uuid: "main",
  group_slug: "group-00",
  filename: "d00",
  "branches/name": "main",
  "tags/name": "t00",
};

/** A URL for a GET route, behind that of `acme/demo`, at which there is something. */
export function crowdedPath(
  { app, members, pipelines, environment, snippet }: CrowdedApp,
  route: Pick<Route, "method" | "path">,
): string {
  const member = `%7B${members[0]!.uuid}%7D`;
  const accounts = { member, selected_user: member, selected_user_id: member, target_username: member };
  const path = examplePath(route, {
    ...CROWDED_PARAMETERS,
    ...pipelines,
    environment_uuid: environment,
    log_uuid: pipelines.step_uuid!,
    cache_uuid: "main",
    runner_uuid: "main",
    project_key: app.project.key,
    encoded_id: snippet,
    "{encoded_id}/revision": "HEAD",
    "{encoded_id}/commits/revision": "HEAD",
    node_id: "HEAD",
    ...accounts,
    "pullrequests/selected_user": `%7B${app.owner.uuid}%7D`,
    "users/selected_user": `%7B${app.owner.uuid}%7D`,
  });
  return path.startsWith("/2.0/repositories/acme/demo")
    ? path.slice("/2.0/repositories/acme/demo".length)
    : `/../../../..${path}`;
}
