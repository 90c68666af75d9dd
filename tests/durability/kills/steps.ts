import type { FaultPoint } from "../../../src/fault-points.ts";
import {
  type Acknowledged,
  askChange,
  branchesOf,
  type Client,
  chooseRepository,
  idOf,
  learn,
  MAIN,
  newModel,
  pathOf,
  pushed,
  repositoriesOf,
} from "./client.ts";
import { POINTS_OF_MERGES } from "./merge-points.ts";
import { refsOf, spareBranches } from "./pull-request-state.ts";
import { mergePullRequest, movePullRequest, openPullRequest } from "./pull-request-steps.ts";
import { cloneAnew, LARGE_BYTES, push, readTip } from "./pushes.ts";
import { json, type RepositoryModel, type Target, WORKSPACE } from "./world.ts";

/** Something that a client asks of the server. */
export type Step =
  | "push"
  | "large-push"
  | "fetch"
  | "commit"
  | "branch"
  | "tag"
  | "delete-ref"
  | "create"
  | "delete"
  | "fork"
  | "open-pull-request"
  | "move-pull-request"
  | "merge-pull-request";

const ACCEPTING: readonly FaultPoint[] = ["packs.synced", "packs.moving", "packs.moved", "packs.accepted"];
const CHECKING: readonly FaultPoint[] = ["objects.quarantined", "objects.indexed", "objects.checked"];
const CHANGING: readonly FaultPoint[] = [
  "refs.judged",
  "refs.applied",
  "transaction.recorded",
  "refs.committed",
];

/** The fault points on the way of each. */
export const POINTS_OF_STEPS: Readonly<Record<Step, readonly FaultPoint[]>> = {
  push: [
    ...CHECKING,
    ...ACCEPTING,
    ...CHANGING,
    "push.answering",
    "webhook.claimed",
    "webhook.sent",
    "webhook.recorded",
  ],
  // Git's: a small pack needs no process.
  "large-push": [
    "git index-pack",
    "git pack-objects",
    "maintenance.begun",
    "maintenance.linked",
    "git repack",
    "maintenance.repacked",
    "git commit-graph",
    "maintenance.graph-written",
    "maintenance.placed",
    "maintenance.declared",
    "maintenance.graph-placed",
    "maintenance.removing",
  ],
  fetch: ["packed-refs.head-written"],
  commit: ["src.received", "src.built", ...CHECKING, "src.stored", ...ACCEPTING, ...CHANGING],
  branch: [...CHECKING, ...CHANGING],
  tag: [...CHECKING, ...ACCEPTING, ...CHANGING],
  "delete-ref": [...CHANGING],
  create: ["repository.folder-made", "repository.row-made", "repository.created"],
  delete: [
    "repository.row-deleted",
    "repository.deletion-committed",
    "repository.folder-renamed",
    "repository.folder-removed",
  ],
  fork: ["fork.copied", "fork.placed", "fork.rows-made", "fork.committed"],
  "open-pull-request": ["transaction.recorded"],
  "move-pull-request": [...CHANGING],
  "merge-pull-request": POINTS_OF_MERGES.awaited,
};

/** Killed in the next start: what an earlier kill has left is swept then. */
export const POINTS_OF_STARTS: readonly FaultPoint[] = ["sweep.begun", "sweep.removed"];

/** @throws AssertionError if the server lives and refuses. */
export async function takeStep(client: Client, step: Step): Promise<Acknowledged> {
  switch (step) {
    case "push":
      return push(client, chooseRepository(client), 20);
    case "large-push":
      return push(client, chooseRepository(client), LARGE_BYTES);
    case "fetch":
      return cloneAnew(client, chooseRepository(client));
    case "create":
      return createRepository(client);
    case "delete":
      return deleteRepository(client);
    case "fork":
      return withRefs(client, fork);
    case "commit":
      return commit(client, chooseRepository(client));
    case "branch":
      return withRefs(client, createBranch);
    case "tag":
      return withRefs(client, createTag);
    case "delete-ref":
      return withRefs(client, deleteRef);
    case "open-pull-request":
      return openPullRequest(client);
    case "move-pull-request":
      return movePullRequest(client);
    case "merge-pull-request":
      return mergePullRequest(client);
  }
}

/** With something to begin from: a main branch, and another one. */
async function withRefs(
  client: Client,
  work: (client: Client, repository: RepositoryModel) => Promise<Acknowledged>,
): Promise<Acknowledged> {
  const repository = chooseRepository(client);
  const hasRefs = repository.state!.has(MAIN) && spareBranches(repository).length > 1;
  if (!hasRefs && !(await push(client, repository, 20))) return false;
  return work(client, repository);
}

export async function createRepository(client: Client): Promise<Acknowledged> {
  const repository = newModel(client);
  const stages = [{ state: new Map<string, Target>(), told: [`repo:created ${repository.slug}`] }];
  const question = { method: "POST", path: pathOf(repository), status: 200, ...json("{}") };
  return (await askChange(client, repository, stages, question)) !== undefined;
}

async function deleteRepository(client: Client): Promise<Acknowledged> {
  // Never the last one.
  if (repositoriesOf(client).length < 2 && !(await createRepository(client))) return false;
  const repository = chooseRepository(client);
  const stages = [{ state: undefined, told: [`repo:deleted ${repository.slug}`] }];
  const question = { method: "DELETE", path: pathOf(repository), status: 204 };
  return (await askChange(client, repository, stages, question)) !== undefined;
}

async function fork(client: Client, parent: RepositoryModel): Promise<Acknowledged> {
  const repository = newModel(client, "f");
  const stages = [{ state: refsOf(parent.state!), told: [`repo:fork ${parent.slug} ${repository.slug}`] }];
  const body = json(JSON.stringify({ name: repository.slug, workspace: { slug: WORKSPACE } }));
  const question = { method: "POST", path: `${pathOf(parent)}/forks`, status: 201, ...body };
  return (await askChange(client, repository, stages, question)) !== undefined;
}

async function createBranch(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  client.count += 1;
  const name = `made-${client.count}`;
  const target = idOf(repository, client.random.pick(branchesOf(repository)))!;
  const state = new Map(repository.state).set(`refs/heads/${name}`, target);
  const body = json(JSON.stringify({ name, target: { hash: target } }));
  const question = { method: "POST", path: `${pathOf(repository)}/refs/branches`, status: 201, ...body };
  return (await askChange(client, repository, pushed(repository, state), question)) !== undefined;
}

async function createTag(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  client.count += 1;
  const name = `tagged-${client.count}`;
  const target = idOf(repository, client.random.pick(branchesOf(repository)))!;
  const state = new Map(repository.state).set(`refs/tags/${name}`, { kind: "tag", of: target });
  const body = json(JSON.stringify({ name, target: { hash: target }, message: "tagged" }));
  const question = { method: "POST", path: `${pathOf(repository)}/refs/tags`, status: 201, ...body };
  if ((await askChange(client, repository, pushed(repository, state), question)) === undefined) return false;
  const id = await readTip(client.world, repository, `refs/tags/${name}`);
  return id === undefined ? false : learn(repository, `refs/tags/${name}`, id);
}

async function deleteRef(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  const others = spareBranches(repository).filter((name) => name !== MAIN);
  const name = client.random.pick(others);
  const state = new Map(repository.state);
  state.delete(name);
  const path = `${pathOf(repository)}/refs/branches/${name.slice("refs/heads/".length)}`;
  const question = { method: "DELETE", path, status: 204 };
  return (await askChange(client, repository, pushed(repository, state), question)) !== undefined;
}

async function commit(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  client.count += 1;
  const parent = idOf(repository, MAIN);
  const state = new Map(repository.state).set(MAIN, { kind: "commit", of: parent });
  const body = new URLSearchParams({
    message: "posted",
    branch: "main",
    [`/posted-${client.count}`]: "posted\n",
  });
  const question = {
    method: "POST",
    path: `${pathOf(repository)}/src`,
    status: 201,
    body: body.toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  };
  const answer = await askChange(client, repository, pushed(repository, state), question);
  if (answer === undefined) return false;
  const id = /[0-9a-f]{40}$/.exec(answer.headers.location ?? "")![0];
  return learn(repository, MAIN, id);
}
