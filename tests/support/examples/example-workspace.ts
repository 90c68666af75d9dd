import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Route } from "../../../src/http/routes/route.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import type { PullRequestKey } from "../../../src/model/pull-request.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { SCOPES } from "../../../src/model/scope.ts";
import type { GroupSlug, ProjectKey, RepositorySlug } from "../../../src/model/slug.ts";
import type { ApiToken } from "../../../src/model/token.ts";
import { parseUuid, type Uuid } from "../../../src/model/uuid.ts";
import { storeDownloads } from "../../../src/operations/downloads/downloads.ts";
import { createGroup } from "../../../src/operations/groups/groups.ts";
import { addCache } from "../../../src/operations/pipelines/caches.ts";
import { appendLog, reportTestCases, startStep } from "../../../src/operations/pipelines/move-step.ts";
import { createProject } from "../../../src/operations/projects/projects.ts";
import { createRepository } from "../../../src/operations/repositories/repositories.ts";
import { createApiToken, revokeApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { findGroup } from "../../../src/storage/sql/groups/groups.ts";
import { listSteps } from "../../../src/storage/sql/pipelines/steps.ts";
import { listTestCases } from "../../../src/storage/sql/pipelines/test-cases.ts";
import { finishMergeTask, insertMergeTask } from "../../../src/storage/sql/pull-requests/merge-tasks.ts";
import { createCaller, ownerOf, type RestCaller } from "../clients/rest-callers.ts";
import { runFastImport, writeObjects } from "../git/write-objects.ts";
import type { TestApp } from "../server/test-app.ts";
import { EXAMPLES, type ExampleParameters, examplePath, PARAMETERS } from "./route-examples.ts";

export type ExampleWorkspace = {
  readonly owner: RestCaller;
  /** Of a repository and a project with one thing of each kind in them. */
  parameters(): ExampleParameters;
  /** Says that something of it has gone. */
  spoil(): void;
  /** Makes all of it anew if something has gone. @returns whether it had. */
  refill(): Promise<boolean>;
};

/** Of webhooks there may be 50, of keys and tokens 100. Junk that makes one makes many. */
const KEPT = 30;

const STREAM = `commit refs/heads/main
mark :1
author Olive <owner@example.com> 1767225600 +0000
committer Olive <owner@example.com> 1767225600 +0000
data 6
first
M 100644 inline docs/a.md
data 4
# a
M 100755 inline build.sh
data 10
#!/bin/sh

M 120000 inline link
data 16
../../etc/passwd
M 160000 1234567890123456789012345678901234567890 module
get-mark :1
commit refs/heads/main
mark :2
author Olive <owner@example.com> 1767225660 +0000
committer Olive <owner@example.com> 1767225660 +0000
data 17
second

<b>#x</b>
from :1
R docs/a.md docs/b.md
M 100644 inline docs/a.md
data 10
# a
*text*
get-mark :2
commit refs/heads/side
mark :3
author Olive <owner@example.com> 1767225720 +0000
committer Olive <owner@example.com> 1767225720 +0000
data 5
third
from :1
M 100644 inline docs/a.md
data 8
# other

M 100644 inline bitbucket-pipelines.yml
data 50
pipelines: {default: [{step: {script: ["true"]}}]}
get-mark :3
tag v2
from :2
tagger Olive <owner@example.com> 1767225720 +0000
data 4
text
done
`;

/** As `rest` of a caller takes it: behind the version, or a whole URL. */
function apiPath(app: TestApp, path: string): string {
  return path.startsWith("/2.0/") ? path.slice("/2.0".length) : app.url + path;
}

/** An app's workspace with something under each route's path. Repositories and projects are made again and again: tests delete them. */
export async function openExampleWorkspace(app: TestApp): Promise<ExampleWorkspace> {
  const { ports, by, workspace } = app;
  const owner = await ownerOf(app);
  const other = await createCaller(app, "other");
  await setMember(ports, by, workspace, other.account, "member", "none");
  await createProject(ports, by, workspace, { key: "JUNK" as ProjectKey, name: "Junk" });
  let filled = 0;
  let isSpoilt = false;
  let token: ApiToken | undefined;

  /** Calls what makes the things that routes are about, and adds where they are. */
  async function callExamples(parameters: ExampleParameters): Promise<ExampleParameters> {
    let known = parameters;
    for (const [name, { body, fillBody, fills }] of Object.entries(EXAMPLES)) {
      if (fills === undefined) continue;
      const [method, path] = name.split(" ") as [Route["method"], string];
      const target = apiPath(app, examplePath({ method, path }, known));
      const answer = await owner.rest(method, target, fillBody ?? body?.json);
      if (answer.status >= 300) throw new Error(`${name}: ${answer.status} ${answer.text}`);
      known = { ...known, ...fills(answer.json) };
    }
    return known;
  }

  /** Of an account or of a workspace, which may have only so many: those of projects and repositories go with them. */
  async function clear(path: string, idOf: (value: Record<string, unknown>) => unknown): Promise<void> {
    const listed = await owner.rest("GET", `${path}?pagelen=100`);
    if (listed.json.size < KEPT) return;
    for (const value of listed.json.values)
      await owner.rest("DELETE", `${path}/${encodeURIComponent(String(idOf(value)))}`);
  }

  async function clearAll(): Promise<void> {
    await clear(`/workspaces/${workspace.slug}/hooks`, ({ uuid }) => uuid);
    await clear(`/workspaces/${workspace.slug}/pipelines-config/runners`, ({ uuid }) => uuid);
    await clear(apiPath(app, `/-/access-tokens/workspaces/${workspace.slug}`), ({ id }) => id);
    const account = `/users/${encodeURIComponent(`{${app.owner.uuid}}`)}`;
    await clear(`${account}/ssh-keys`, ({ uuid }) => uuid);
    await clear(`${account}/gpg-keys`, ({ fingerprint }) => fingerprint);
  }

  /** @returns the commit of the main branch. */
  async function writeExampleHistory(repository: Repository): Promise<ObjectId> {
    const { refs } = await writeObjects(app, repository.uuid, async (objects) => {
      const ids = await runFastImport(objects, STREAM);
      const [first, second, third] = ids as [ObjectId, ObjectId, ObjectId];
      const refs = {
        "refs/heads/main": second,
        "refs/heads/feature/one": first,
        "refs/heads/side": third,
        "refs/tags/v1": first,
      };
      return { refs, mainBranch: "main" };
    });
    return refs["refs/heads/main"];
  }

  async function fill(): Promise<ExampleParameters> {
    filled += 1;
    const key = `JUNK_${filled}`;
    await createProject(ports, by, workspace, { key: key as ProjectKey, name: key });
    const slug = `junk-${filled}` as RepositorySlug;
    const repository = await createRepository(ports, by, { workspace, project: app.project, slug });
    const commit = await writeExampleHistory(repository);
    const upload = { name: "file.txt", source: Readable.from([Buffer.from("content")]) };
    await storeDownloads(ports, by, repository, app.owner, Readable.from([upload]));
    if ((await findGroup(ports.database.kysely, workspace.uuid, "team" as GroupSlug)) === undefined)
      await createGroup(ports, by, workspace, "team");
    await clearAll();
    const parameters = await callExamples({
      ...PARAMETERS,
      workspace: workspace.slug,
      repo_slug: slug,
      project_key: key,
      commit,
      selected_user: other.uuid,
      // Keys are everybody's own.
      "users/selected_user": app.owner.uuid,
      selected_user_id: other.uuid,
      target_username: other.uuid,
      member: other.uuid,
      token_id: await addToken(),
    });
    const parts = await addPipelineParts(repository, parameters.pipeline_uuid!);
    const pullRequest = { repositoryUuid: repository.uuid, id: Number(parameters.pull_request_id) };
    return { ...parameters, ...parts, task_id: await addMergeTask(pullRequest) };
  }

  /** In place of the one before: an account may have only so many. */
  async function addToken(): Promise<Uuid> {
    if (token !== undefined) await revokeApiToken(ports, by, token.uuid);
    const wanted = { accountUuid: app.owner.uuid, name: "example", scopes: SCOPES, ageDays: 1 };
    token = (await createApiToken(ports, by, wanted)).token;
    return token.uuid;
  }

  /** What only who moves a pipeline makes: its step runs, and has left something of each kind. */
  async function addPipelineParts(repository: Repository, encoded: string): Promise<ExampleParameters> {
    const pipelineUuid = parseUuid(decodeURIComponent(encoded))!;
    const [step] = await listSteps(ports.database.kysely, pipelineUuid);
    const key = { pipelineUuid, stepUuid: step!.uuid };
    await startStep(ports, by, repository, key);
    await appendLog(by, repository, key, Buffer.from("text"));
    const testCase = {
      name: "one",
      fullyQualifiedName: "a.one",
      packageName: "a",
      status: "FAILED",
      durationMs: 1,
      reason: "text",
    } as const;
    await reportTestCases(ports, by, repository, key, [testCase]);
    const [made] = await listTestCases(ports.database.kysely, step!.uuid, { page: 1, pagelen: 1 });
    const cache = { name: "node", keyHash: "text", path: "node_modules", sizeBytes: 1 };
    const { uuid } = await addCache(ports, by, repository, { ...key, ...cache });
    return {
      cache_uuid: uuid,
      step_uuid: step!.uuid,
      log_uuid: step!.uuid,
      test_case_uuid: made!.uuid,
    };
  }

  /** One that is done, or the pull request could not be merged. */
  async function addMergeTask(pullRequest: PullRequestKey): Promise<Uuid> {
    const uuid = randomUUID() as Uuid;
    const createdAt = ports.clock();
    const deadlineAt = new Date(createdAt.getTime() + 60_000);
    await by.transaction(async (tx) => {
      await insertMergeTask(tx, { uuid, pullRequest, createdAt, deadlineAt });
      await finishMergeTask(tx, uuid, { kind: "merged" }, createdAt);
    });
    return uuid;
  }

  let parameters = await fill();
  return {
    owner,
    parameters: () => parameters,
    spoil() {
      isSpoilt = true;
    },
    async refill() {
      const was = isSpoilt;
      if (was) parameters = await fill();
      isSpoilt = false;
      return was;
    },
  };
}
