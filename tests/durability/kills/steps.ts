import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { digestApiToken } from "../../../src/authentication/api-token-text.ts";
import type { FaultPoint } from "../../../src/fault-points.ts";
import { Secret } from "../../../src/model/secret.ts";
import type { HttpAnswer, HttpQuestion } from "../../support/clients/http-request.ts";
import { type Fault, runPail } from "./killable-server.ts";
import type { Random } from "./seeded-random.ts";
import {
  ask,
  EMAIL,
  json,
  type RepositoryModel,
  repositoryUrl,
  type Stage,
  type Target,
  WORKSPACE,
  type World,
  withDatabase,
} from "./world.ts";

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
  | "fork";
/** Something that the command line does beside the server. */
export type Command = "create-token" | "revoke-token" | "rotate-token" | "import";

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
};

export const POINTS_OF_COMMANDS: Readonly<Record<Command, readonly FaultPoint[]>> = {
  "create-token": ["token.stored", "transaction.recorded", "token.created"],
  "revoke-token": ["token.marked-revoked", "transaction.recorded", "token.revoked"],
  "rotate-token": ["token.successor-stored", "token.succeeded", "transaction.recorded", "token.rotated"],
  import: [
    "repository.folder-made",
    "packs.moved",
    "packs.accepted",
    "repository.row-made",
    "transaction.recorded",
    "refs.committed",
    "repository.created",
  ],
};

/** Killed in the next start: what an earlier kill has left is swept then. */
export const POINTS_OF_STARTS: readonly FaultPoint[] = ["sweep.begun", "sweep.removed"];

/** Objects that git asks to be repacked for: above the size at which a pack needs no commit graph. */
export const LARGE_BYTES = 540 * 1024;
const MAIN = "refs/heads/main";

/** Where one client works: repositories that no other client touches. */
export type Client = { readonly name: string; readonly random: Random; readonly world: World; count: number };

/** Whether the server has acknowledged it. If not, it is going down, and the client ends. */
export type Acknowledged = boolean;

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
  }
}

export function repositoriesOf({ world, name }: Client): readonly RepositoryModel[] {
  return [...world.repositories.values()].filter(
    ({ slug, state, unsure }) => slug.startsWith(`${name}-`) && state !== undefined && unsure.length === 0,
  );
}

function chooseRepository(client: Client): RepositoryModel {
  const all = repositoriesOf(client);
  assert.ok(all.length > 0, "a client always has a repository");
  return client.random.pick(all);
}

/** With something to begin from: a main branch, and another one. */
async function withRefs(
  client: Client,
  work: (client: Client, repository: RepositoryModel) => Promise<Acknowledged>,
): Promise<Acknowledged> {
  const repository = chooseRepository(client);
  const hasRefs = repository.state!.has(MAIN) && branchesOf(repository).length > 1;
  if (!hasRefs && !(await push(client, repository, 20))) return false;
  return work(client, repository);
}

function branchesOf({ state }: RepositoryModel): readonly string[] {
  return [...state!.keys()].filter((name) => name.startsWith("refs/heads/"));
}

function idOf({ state }: RepositoryModel, name: string): string | undefined {
  const target = state!.get(name);
  assert.ok(typeof target !== "object", `the id of ${name} is known by now`);
  return target;
}

function acknowledge(repository: RepositoryModel, stages: readonly Stage[]): Acknowledged {
  repository.unsure = [];
  repository.done.push(...stages);
  repository.state = stages.at(-1)!.state;
  return true;
}

/** A request; undefined if the connection has been cut. */
async function tryAsk(world: World, path: string, question: HttpQuestion): Promise<HttpAnswer | undefined> {
  try {
    return await ask(world, path, question);
  } catch {
    return undefined;
  }
}

/** Asks for a change of one repository, with everything that may be found afterwards. */
async function askChange(
  client: Client,
  repository: RepositoryModel,
  stages: readonly Stage[],
  question: HttpQuestion & { readonly path: string; readonly status: number },
): Promise<HttpAnswer | undefined> {
  repository.unsure = stages;
  const answer = await tryAsk(client.world, question.path, question);
  if (answer === undefined) return undefined;
  assert.equal(answer.status, question.status, `${question.method} ${question.path}: ${answer.text}`);
  acknowledge(repository, stages);
  return answer;
}

function pathOf({ slug }: RepositoryModel): string {
  return `/2.0/repositories/${WORKSPACE}/${slug}`;
}

function newModel(client: Client, name = "r"): RepositoryModel {
  client.count += 1;
  const slug = `${client.name}-${name}${client.world.repositories.size}`;
  const model: RepositoryModel = { slug, state: undefined, unsure: [], done: [], seen: undefined };
  client.world.repositories.set(slug, model);
  return model;
}

export async function createRepository(client: Client): Promise<Acknowledged> {
  const repository = newModel(client);
  const stages = [{ state: new Map<string, Target>(), told: `repo:created ${repository.slug}` }];
  const question = { method: "POST", path: pathOf(repository), status: 200, ...json("{}") };
  return (await askChange(client, repository, stages, question)) !== undefined;
}

async function deleteRepository(client: Client): Promise<Acknowledged> {
  // Never the last one.
  if (repositoriesOf(client).length < 2 && !(await createRepository(client))) return false;
  const repository = chooseRepository(client);
  const stages = [{ state: undefined, told: `repo:deleted ${repository.slug}` }];
  const question = { method: "DELETE", path: pathOf(repository), status: 204 };
  return (await askChange(client, repository, stages, question)) !== undefined;
}

async function fork(client: Client, parent: RepositoryModel): Promise<Acknowledged> {
  const repository = newModel(client, "f");
  const stages = [{ state: parent.state, told: `repo:fork ${parent.slug} ${repository.slug}` }];
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
  const url = repositoryUrl(client.world, repository.slug);
  const listed = await client.world.git.run(["ls-remote", url, `refs/tags/${name}`]);
  // Killed meanwhile: the next look finds the id.
  if (listed.status !== 0) return false;
  return learn(repository, `refs/tags/${name}`, listed.stdout.split("\t")[0]!);
}

/** The id of what the server has made, once it is known. */
function learn(repository: RepositoryModel, name: string, id: string): Acknowledged {
  const { told } = repository.done.pop()!;
  return acknowledge(repository, [{ state: new Map(repository.state).set(name, id), told }]);
}

async function deleteRef(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  const others = branchesOf(repository).filter((name) => name !== MAIN);
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

function pushed({ slug }: RepositoryModel, state: RepositoryModel["state"]): readonly Stage[] {
  return [{ state, told: `repo:push ${slug}` }];
}

/** One to four refs at once: new ones, moved ones, forced ones and deleted ones. */
export async function push(
  client: Client,
  repository: RepositoryModel,
  bytes: number,
): Promise<Acknowledged> {
  const { random, world } = client;
  const state = new Map(repository.state);
  const specs: string[] = [];
  const put = (name: string, id: string) => {
    state.set(name, id);
    specs.push(`+${id}:${name}`);
  };
  const parent = idOf(repository, MAIN);
  // One that the server has made may not have been fetched, or not to the end.
  if (parent !== undefined && !(await isInClone(world, parent)) && !(await fetchAll(world, repository.slug)))
    return false;
  put(MAIN, await makeCommit(client, random.chance(0.2) ? undefined : parent, bytes));
  client.count += 1;
  if (branchesOf(repository).length < 2 || random.chance(0.6))
    put(`refs/heads/pushed-${client.count}`, await makeCommit(client, parent, 20));
  if (random.chance(0.3)) put(`refs/tags/pushed-${client.count}`, idOf({ ...repository, state }, MAIN)!);
  const others = branchesOf(repository).filter((name) => name !== MAIN);
  if (others.length > 2 && random.chance(0.5)) {
    const name = random.pick(others);
    state.delete(name);
    specs.push(`:${name}`);
  }
  const stages = pushed(repository, state);
  repository.unsure = stages;
  const args = ["push", "--porcelain", ...(random.chance(0.5) ? ["--atomic"] : [])];
  const url = repositoryUrl(world, repository.slug);
  const outcome = await world.git.run([...args, url, ...specs], { folder: world.clone });
  if (outcome.status === 0) return acknowledge(repository, stages);
  assert.doesNotMatch(
    outcome.stdout + outcome.stderr,
    /remote rejected|unpack|rejected/,
    "a push is refused",
  );
  return false;
}

async function isInClone({ git, clone }: World, commit: string): Promise<boolean> {
  return (await git.run(["cat-file", "-e", `${commit}^{commit}`], { folder: clone })).status === 0;
}

async function makeCommit(client: Client, parent: string | undefined, bytes: number): Promise<string> {
  client.count += 1;
  const content = client.random.bytes(bytes);
  const ref = `refs/made/${client.name}-${client.count}`;
  const seconds = 1_767_225_600 + client.count * 60;
  const input = Buffer.concat([
    Buffer.from(`blob\nmark :1\ndata ${content.length}\n`),
    content,
    Buffer.from(
      `\ncommit ${ref}\nmark :2\ncommitter Cora <cora@example.test> ${seconds} +0000\ndata 4\nmade\n`,
    ),
    Buffer.from(parent === undefined ? "" : `from ${parent}\n`),
    Buffer.from(`M 100644 :1 file-${client.count % 50}\n\nget-mark :2\n`),
  ]);
  return client.world.git.out(["fast-import", "--quiet", "--force"], { folder: client.world.clone, input });
}

/** Into the one clone, so that what was fetched can be built upon. */
export async function fetchAll(world: World, slug: string): Promise<Acknowledged> {
  const args = [
    "fetch",
    "--quiet",
    "--prune",
    "--no-tags",
    repositoryUrl(world, slug),
    `+refs/*:refs/seen/${slug}/*`,
  ];
  return (await world.git.run(args, { folder: world.clone })).status === 0;
}

/** What has just been pushed, so that no answer to a clone before can be given again. */
async function cloneAnew(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
  const { git } = client.world;
  if (!(await push(client, repository, 20))) return false;
  const folder = git.newPath("clone");
  const { status } = await git.run([
    "clone",
    "--bare",
    "--quiet",
    repositoryUrl(client.world, repository.slug),
    folder,
  ]);
  await rm(folder, { recursive: true, force: true });
  return status === 0;
}

/** Runs a command, to its end or to its fault. @returns whether the fault was reached. */
export async function runCommand(
  client: Client,
  command: Command,
  fault: Fault | undefined,
): Promise<boolean> {
  switch (command) {
    case "create-token":
      return createToken(client, fault);
    case "revoke-token":
      return revokeToken(client, fault);
    case "rotate-token":
      return rotateToken(client, fault);
    case "import":
      return importRepository(client, fault);
  }
}

async function run(world: World, args: readonly string[], fault: Fault | undefined) {
  const { status, stdout, stderr } = await runPail(world.location, args, fault);
  assert.ok(status === 0 || (status === undefined && fault !== undefined), `pail ${args[0]}: ${stderr}`);
  return { isKilled: status === undefined, text: stdout.trim() };
}

async function createToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const { world } = client;
  client.count += 1;
  const name = `${client.name}-${client.count}`;
  const args = ["token", "create", "--account", EMAIL, "--name", name, "--scope", "all"];
  const { isKilled, text } = await run(world, args, fault);
  if (!isKilled) await keepToken(world, name, text);
  return isKilled;
}

/** @throws Error if there is no row of the token that has been printed. */
async function keepToken(world: World, name: string, text: string): Promise<void> {
  const id = await withDatabase(world, async ({ kysely }) => {
    const digest = digestApiToken(new Secret(text));
    return (
      await kysely
        .selectFrom("api_token")
        .select("uuid")
        .where("digest", "=", digest)
        .executeTakeFirstOrThrow()
    ).uuid;
  });
  world.tokens.push({ name, text, id, state: "works", isRotated: false });
}

async function workingToken(client: Client) {
  const find = () => client.world.tokens.find(({ state, isRotated }) => state === "works" && !isRotated);
  if (find() === undefined) await createToken(client, undefined);
  return find()!;
}

async function revokeToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const token = await workingToken(client);
  token.state = "unsure";
  const { isKilled } = await run(client.world, ["token", "revoke", token.id], fault);
  if (!isKilled) token.state = "revoked";
  return isKilled;
}

/** What was cut off is done again, as an operator would: it gives the one successor. */
async function rotateToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const token = await workingToken(client);
  token.isRotated = true;
  const { isKilled, text } = await run(client.world, ["token", "rotate", token.id], fault);
  const successor = isKilled
    ? (await run(client.world, ["token", "rotate", token.id], undefined)).text
    : text;
  await keepToken(client.world, token.name, successor);
  return isKilled;
}

async function importRepository(client: Client, fault: Fault | undefined): Promise<boolean> {
  const { world } = client;
  const repository = newModel(client, "i");
  const stages = [{ state: world.importSource.refs, told: `repo:imported ${repository.slug}` }];
  repository.unsure = stages;
  const args = ["repository", "import", world.importSource.folder, "--workspace", WORKSPACE];
  const { isKilled } = await run(world, [...args, "--name", repository.slug], fault);
  if (!isKilled) acknowledge(repository, stages);
  return isKilled;
}
