import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import type { ObjectId } from "../../../src/model/object-id.ts";
import type { Random } from "../../durability/kills/seeded-random.ts";
import { BOUNDARY, multipartBody } from "../clients/form-client.ts";
import type { HttpQuestion } from "../clients/http-request.ts";
import { NotAnsweredError, type RefCommand } from "./node-client.ts";
import { WORKSPACE } from "./node-cluster.ts";
import type { PailNode } from "./pail-node.ts";
import type { RefValue } from "./ref-history.ts";
import {
  certainValue,
  judge,
  judgePush,
  newRepositoryModel,
  note,
  noteMove,
  pickHealthy,
  pickReader,
  type RepositoryModel,
  refOf,
  type Verdict,
  type World,
} from "./world.ts";

/** A client with branches, tags and downloads of its own in every repository; the others are everybody's. */
export type Worker = {
  readonly world: World;
  readonly name: string;
  readonly random: Random;
  /** Where it asks next. */
  pickNode(): PailNode;
  /** How much it has made, for names. Shared by all that work in its name. */
  readonly made: { count: number };
};

export const SHARED_REFS = ["refs/heads/main", "refs/heads/shared"] as const;
/** Most pushes are smaller than what is kept in the database, and some larger than what is taken without git. */
const SMALL_BYTES_MAX = 4_000;
const MEDIUM_BYTES = 90 * 1024;
export const LARGE_BYTES = 1_200_000;
const BRANCHES = 3;
const DOWNLOADS = 2;

export type Operation = (worker: Worker, repository: RepositoryModel) => Promise<void>;

function ownBranch({ name, random }: Worker): string {
  return `refs/heads/${name}-${random.below(BRANCHES)}`;
}

function json(value: unknown): Pick<HttpQuestion, "body" | "headers"> {
  return { body: JSON.stringify(value), headers: { "content-type": "application/json" } };
}

/** Where a ref is now, asked of some node if it is not certain. */
async function currentValue(worker: Worker, repository: RepositoryModel, name: string): Promise<RefValue> {
  const value = certainValue(refOf(repository, name));
  if (value !== "unknown" && !SHARED_REFS.some((shared) => shared === name)) return value;
  return (await readRefs(worker, repository)).get(name);
}

async function readRefs(
  { world, random }: Worker,
  repository: RepositoryModel,
): Promise<ReadonlyMap<string, ObjectId>> {
  const node = pickHealthy(world, random);
  const refs = await world.client.listRefs(node, repository.slug);
  assert.ok(refs !== undefined || repository.isLeaving, `${node.name} has lost ${repository.slug}`);
  for (const [name, id] of refs ?? []) world.commits.adopt(id, possibleParent(repository, name));
  return refs ?? new Map();
}

/** Nobody builds a pack on what is not known by name, so it may be anything. */
function possibleParent(repository: RepositoryModel, name: string): ObjectId | undefined {
  return refOf(repository, name).settled;
}

function makeCommit(worker: Worker, parent: RefValue, bytes: number): ObjectId {
  worker.made.count += 1;
  const path = `d${worker.random.below(4)}/f${worker.random.below(8)}`;
  const label = Buffer.from(`${worker.name} ${worker.made.count}\n`);
  const content = Buffer.concat([label, worker.random.bytes(bytes)]);
  return worker.world.commits.make(parent, { [path]: content }, `${worker.name} ${worker.made.count}`);
}

type Change = { readonly name: string; readonly from: RefValue; readonly to: RefValue };

type PushOptions = {
  readonly isAtomic?: boolean;
  /** Somebody else may be quicker. */
  readonly mayLose?: boolean;
  /** A commit that is taken to be there, and may have been dropped. */
  readonly base?: ObjectId;
};

/** Pushes changes, and notes what is known of them. */
async function pushChanges(
  worker: Worker,
  repository: RepositoryModel,
  what: string,
  changes: readonly Change[],
  { isAtomic = false, mayLose = false, base }: PushOptions = {},
): Promise<ReadonlyMap<string, Verdict>> {
  const { world } = worker;
  repository.isTouched = true;
  const node = worker.pickNode();
  const tips = changes.flatMap(({ to }) => to ?? []);
  // What the refs that are moved point at is there; nothing else is taken for granted.
  const bases = new Set([base, ...changes.map(({ from }) => from)]);
  const pack = tips.length === 0 ? undefined : await world.commits.pack(tips, (id) => bases.has(id));
  const commands = changes.map(({ name, from, to }): RefCommand => ({ name, old: from, new: to }));
  const isUncertain = changes.some(({ name }) => certainValue(refOf(repository, name)) === "unknown");
  const label = `${what} ${repository.slug} ${changes.map(describeChange).join(" ")}`;
  const pushed = await world.client.push(node, repository.slug, { commands, isAtomic, pack });
  const verdicts = judgePush(world, node, label, pushed, {
    names: changes.map(({ name }) => name),
    mayRefuse: mayLose || isUncertain,
    mayFail: repository.isLeaving || base !== undefined,
  });
  for (const { name, from, to } of changes) noteMove(refOf(repository, name), from, to, verdicts.get(name)!);
  return verdicts;
}

function describeChange({ name, from, to }: Change): string {
  return `${name.replace("refs/", "")}:${from?.slice(0, 8) ?? ""}>${to?.slice(0, 8) ?? ""}`;
}

/** What was acknowledged is on every other node at once, whole. */
async function lookElsewhere(
  worker: Worker,
  repository: RepositoryModel,
  name: string,
  expected: RefValue,
): Promise<void> {
  const { world, random } = worker;
  const node = pickReader(world, random);
  const refs = await world.client.listRefs(node, repository.slug);
  if (refs === undefined && repository.isLeaving) return;
  assert.equal(refs?.get(name), expected, `${node.name} sees ${name} of ${repository.slug}`);
  if (expected === undefined) return;
  const file = world.commits.anyFile(expected, (paths) => random.pick(paths));
  if (file === undefined) return;
  const asked = await world.client.rest(node, `${repository.slug}/src/${expected}/${file.path}`);
  const verdict = judge(world, node, `read ${repository.slug} ${expected.slice(0, 8)}`, asked, {
    status: 200,
    mayRefuse: repository.isLeaving,
  });
  if (verdict === "acknowledged" && asked.kind === "answered")
    assert.ok(asked.answer.bytes.equals(file.content), `${node.name} has ${file.path} of ${expected} whole`);
}

function advance(what: string, bytes: (random: Random) => number, looks = 0.6): Operation {
  return async (worker, repository) => {
    const name = ownBranch(worker);
    const from = await currentValue(worker, repository, name);
    const to = makeCommit(worker, from, bytes(worker.random));
    const verdicts = await pushChanges(worker, repository, what, [{ name, from, to }]);
    if (verdicts.get(name) === "acknowledged" && worker.random.chance(looks))
      await lookElsewhere(worker, repository, name, to);
  };
}

export const pushSmall = advance("push-small", (random) => random.below(SMALL_BYTES_MAX));
export const pushMedium = advance("push-medium", () => MEDIUM_BYTES);
export const pushLarge = advance("push-large", () => LARGE_BYTES);

/** Without a look at another node. */
export const pushToWake = advance("push-large", () => LARGE_BYTES, 0);

/** A push to one node, and a clone from another one, which has to bring the pack from the store. */
export const readElsewhere: Operation = async (worker, repository) => {
  const { world } = worker;
  const { nodes } = world.cluster;
  const reader = worker.pickNode();
  const writers = nodes.filter((node) => node !== reader && node.isRunning());
  const writer = writers.length > 0 ? worker.random.pick(writers) : reader;
  await pushLarge({ ...worker, pickNode: () => writer }, repository);
  const refs = await world.client.listRefs(reader, repository.slug);
  if (refs === undefined || refs.size === 0) return;
  const pack = await world.client.fetchPack(reader, repository.slug, [...new Set(refs.values())]);
  note(world, `${reader.name} fetch ${repository.slug}: ${pack.length} bytes`);
  assert.equal(pack.toString("latin1", 0, 4), "PACK");
};

/** A history that does not go on from what was there. */
export const pushForced: Operation = async (worker, repository) => {
  const name = ownBranch(worker);
  const from = await currentValue(worker, repository, name);
  const to = makeCommit(worker, undefined, worker.random.below(SMALL_BYTES_MAX));
  await pushChanges(worker, repository, "push-forced", [{ name, from, to }]);
};

export const deleteBranch: Operation = async (worker, repository) => {
  const name = ownBranch(worker);
  const from = await currentValue(worker, repository, name);
  if (from === undefined) return;
  const verdicts = await pushChanges(worker, repository, "push-deletion", [{ name, from, to: undefined }], {
    // The first branch of a repository becomes its main branch.
    mayLose: true,
  });
  if (verdicts.get(name) === "acknowledged") await lookElsewhere(worker, repository, name, undefined);
};

/** Two branches and a tag at once. */
export const pushSeveral: Operation = async (worker, repository) => {
  worker.made.count += 1;
  const changes: Change[] = [];
  for (let index = 0; index < 2; index += 1) {
    const name = `refs/heads/${worker.name}-${index}`;
    const from = await currentValue(worker, repository, name);
    changes.push({ name, from, to: makeCommit(worker, from, worker.random.below(SMALL_BYTES_MAX)) });
  }
  const tag = `refs/tags/${worker.name}-${worker.made.count}`;
  changes.push({ name: tag, from: undefined, to: changes[0]!.to });
  const isAtomic = worker.random.chance(0.5);
  const verdicts = await pushChanges(worker, repository, "push-several", changes, { isAtomic });
  if (isAtomic) {
    const told = new Set(verdicts.values());
    assert.equal(told.size, 1, "an atomic push is done or not");
  }
};

/** Others push to it too: one of them wins. */
export const pushShared: Operation = async (worker, repository) => {
  const name = worker.random.pick(SHARED_REFS);
  const from = await currentValue(worker, repository, name);
  const to = makeCommit(worker, from, worker.random.below(SMALL_BYTES_MAX));
  await pushChanges(worker, repository, "push-shared", [{ name, from, to }], { mayLose: true });
};

/** A push by git itself: with deltas on what the server has. It also clones. */
export const pushByGit: Operation = async (worker, repository) => {
  const { world, random } = worker;
  const { git, client, commits } = world;
  const name = ownBranch(worker);
  const from = certainValue(refOf(repository, name));
  if (from === undefined || from === "unknown") return;
  const folder = git.newPath("worker");
  try {
    const source = pickHealthy(world, random);
    const branch = name.slice("refs/heads/".length);
    const options = ["--quiet", "--bare", "--single-branch", "--no-tags", "--branch", branch];
    const cloned = await git.run(["clone", ...options, client.cloneUrl(source, repository.slug), folder]);
    note(world, `${source.name} clone ${repository.slug} ${branch}: ${cloned.status} ${cloned.stderr}`);
    if (cloned.status !== 0) {
      assert.ok(world.troubled.has(source) || repository.isLeaving, `${source.name}: ${cloned.stderr}`);
      return;
    }
    const to = (await commitByGit(worker, folder, from)) as ObjectId;
    repository.isTouched = true;
    commits.adopt(to, from);
    const node = worker.pickNode();
    if (!node.isRunning()) return;
    const lease = `--force-with-lease=${name}:${from}`;
    const { status, stderr } = await git.run(
      ["push", "--porcelain", lease, client.cloneUrl(node, repository.slug), `${to}:${name}`],
      { folder },
    );
    const label = `push-git ${repository.slug} ${describeChange({ name, from, to })}`;
    note(world, `${node.name} ${label}: ${status} ${stderr}`);
    assert.ok(
      status === 0 || world.troubled.has(node) || repository.isLeaving,
      `${node.name} ${label}: ${stderr}`,
    );
    // What git shows as rejected may be of a failure behind the commit.
    noteMove(refOf(repository, name), from, to, status === 0 ? "acknowledged" : "unknown");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

async function commitByGit(worker: Worker, folder: string, parent: string): Promise<string> {
  worker.made.count += 1;
  const { git } = worker.world;
  const lines = Array.from({ length: 400 }, (_, line) =>
    line % 40 === worker.made.count % 40 ? `${worker.name} ${worker.made.count}` : `line ${line}`,
  ).join("\n");
  const input = `commit refs/made/one\nmark :1\ncommitter Ann <ann@example.test> ${1_767_300_000 + worker.made.count} +0000\ndata 4\nmade\nfrom ${parent}\nM 100644 inline text/${worker.name}\ndata ${lines.length}\n${lines}\n\nget-mark :1\n`;
  return git.out(["fast-import", "--quiet", "--force"], { folder, input });
}

/** Over REST, at a commit that is there. */
export const createBranch: Operation = async (worker, repository) => {
  const { world, random } = worker;
  const target = await findTarget(worker, repository);
  if (target === undefined) return;
  worker.made.count += 1;
  const branch = `${worker.name}-made-${worker.made.count}`;
  const node = worker.pickNode();
  repository.isTouched = true;
  const asked = await world.client.rest(node, `${repository.slug}/refs/branches`, {
    method: "POST",
    ...json({ name: branch, target: { hash: target } }),
  });
  const verdict = judge(world, node, `create-branch ${repository.slug} ${branch}`, asked, {
    status: 201,
    mayRefuse: repository.isLeaving,
  });
  const name = `refs/heads/${branch}`;
  noteMove(refOf(repository, name), undefined, target, verdict);
  if (verdict === "acknowledged" && random.chance(0.5)) await lookElsewhere(worker, repository, name, target);
};

/** A branch at a commit that refs have left: it is there whole, or refused. */
export const reviveCommit: Operation = async (worker, repository) => {
  if (repository.former.length > 0) await revive(worker, repository, worker.random.pick(repository.former));
};

/** The same at a commit that has just been left: it is there, unless weeks go by meanwhile. */
export const reviveFresh: Operation = async (worker, repository) => {
  const target = await leaveCommit(worker, repository);
  if (target !== undefined) await revive(worker, repository, target);
};

async function revive(worker: Worker, repository: RepositoryModel, target: ObjectId): Promise<void> {
  const { world } = worker;
  worker.made.count += 1;
  const branch = `${worker.name}-made-${worker.made.count}`;
  repository.isTouched = true;
  const node = worker.pickNode();
  const asked = await world.client.rest(node, `${repository.slug}/refs/branches`, {
    method: "POST",
    ...json({ name: branch, target: { hash: target } }),
  });
  const verdict = judge(world, node, `revive ${repository.slug} ${branch} ${target.slice(0, 8)}`, asked, {
    status: 201,
    mayRefuse: true,
  });
  noteMove(refOf(repository, `refs/heads/${branch}`), undefined, target, verdict);
}

/** A push that leans on a commit which refs have left: it is there whole, or refused. */
export const leanOnFormer: Operation = async (worker, repository) => {
  if (repository.former.length > 0) await leanOn(worker, repository, worker.random.pick(repository.former));
};

export const leanOnFresh: Operation = async (worker, repository) => {
  const base = await leaveCommit(worker, repository);
  if (base !== undefined) await leanOn(worker, repository, base);
};

async function leanOn(worker: Worker, repository: RepositoryModel, base: ObjectId): Promise<void> {
  worker.made.count += 1;
  const name = `refs/heads/${worker.name}-made-${worker.made.count}`;
  const to = makeCommit(worker, base, worker.random.below(SMALL_BYTES_MAX));
  await pushChanges(worker, repository, "lean", [{ name, from: undefined, to }], { base, mayLose: true });
}

/**
 * Moves a branch away from a commit that nothing else reaches, by way of another node than the one that is aimed at.
 *
 * @returns the commit, if that was acknowledged.
 */
async function leaveCommit(worker: Worker, repository: RepositoryModel): Promise<ObjectId | undefined> {
  const { world, random } = worker;
  const aimed = worker.pickNode();
  const others = world.cluster.nodes.filter((node) => node !== aimed && node.isRunning());
  const away: Worker = { ...worker, pickNode: () => random.pick(others.length > 0 ? others : [aimed]) };
  worker.made.count += 1;
  const name = `refs/heads/${worker.name}-left-${worker.made.count}`;
  const left = makeCommit(away, undefined, random.below(SMALL_BYTES_MAX));
  const next = makeCommit(away, undefined, random.below(SMALL_BYTES_MAX));
  for (const [from, to] of [[undefined, left] as const, [left, next] as const]) {
    const verdicts = await pushChanges(away, repository, "push-forced", [{ name, from, to }]);
    if (verdicts.get(name) !== "acknowledged") return undefined;
  }
  return left;
}

/** A commit that one of the worker's own branches is at. */
async function findTarget(worker: Worker, repository: RepositoryModel): Promise<RefValue> {
  for (const [name, ref] of repository.refs) {
    if (!name.startsWith(`refs/heads/${worker.name}-`)) continue;
    const value = certainValue(ref);
    if (value !== "unknown" && value !== undefined) return value;
  }
  return undefined;
}

export const deleteMadeBranch: Operation = async (worker, repository) => {
  const { world } = worker;
  for (const [name, ref] of repository.refs) {
    const from = certainValue(ref);
    if (!name.startsWith(`refs/heads/${worker.name}-made-`) || from === undefined || from === "unknown")
      continue;
    const node = worker.pickNode();
    repository.isTouched = true;
    const path = `${repository.slug}/refs/branches/${name.slice("refs/heads/".length)}`;
    const asked = await world.client.rest(node, path, { method: "DELETE" });
    const verdict = judge(world, node, `delete-branch ${path}`, asked, {
      status: 204,
      mayRefuse: repository.isLeaving,
    });
    noteMove(ref, from, undefined, verdict);
    return;
  }
};

export const createTag: Operation = async (worker, repository) => {
  const { world } = worker;
  const target = await findTarget(worker, repository);
  if (target === undefined) return;
  worker.made.count += 1;
  const tag = `${worker.name}-made-${worker.made.count}`;
  const node = worker.pickNode();
  repository.isTouched = true;
  const asked = await world.client.rest(node, `${repository.slug}/refs/tags`, {
    method: "POST",
    ...json({ name: tag, target: { hash: target }, message: "annotated" }),
  });
  const verdict = judge(world, node, `create-tag ${repository.slug} ${tag}`, asked, {
    status: 201,
    mayRefuse: repository.isLeaving,
  });
  noteMove(refOf(repository, `refs/tags/${tag}`), undefined, "made", verdict);
};

/** A commit that the server makes, on a branch of the worker's own. */
export const postSource: Operation = async (worker, repository) => {
  const { world } = worker;
  const name = ownBranch(worker);
  const from = await currentValue(worker, repository, name);
  worker.made.count += 1;
  const node = worker.pickNode();
  repository.isTouched = true;
  const body = new URLSearchParams({
    message: `${worker.name} ${worker.made.count}`,
    branch: name.slice("refs/heads/".length),
    [`/posted/${worker.name}`]: `${worker.name} ${worker.made.count}\n`,
  });
  const isUncertain = certainValue(refOf(repository, name)) === "unknown";
  const asked = await world.client.rest(node, `${repository.slug}/src`, {
    method: "POST",
    body: body.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  const verdict = judge(world, node, `post-source ${repository.slug} ${name}`, asked, {
    status: 201,
    mayRefuse: repository.isLeaving || isUncertain,
  });
  const location = asked.kind === "answered" ? (asked.answer.headers.location ?? "") : "";
  const id = /[0-9a-f]{40}$/.exec(location)?.[0] as ObjectId | undefined;
  if (id !== undefined) world.commits.adopt(id, from);
  noteMove(refOf(repository, name), from, id ?? "made", verdict);
  if (verdict === "acknowledged" && !isUncertain) await lookElsewhere(worker, repository, name, id);
};

export async function createRepository(worker: Worker): Promise<RepositoryModel> {
  const { world } = worker;
  const repository = newRepositoryModel(world, `${worker.name}-r`);
  const node = worker.pickNode();
  const asked = await world.client.rest(node, repository.slug, { method: "POST", ...json({ scm: "git" }) });
  const verdict = judge(world, node, `create ${repository.slug}`, asked, { status: 200, mayRefuse: false });
  settlePresence(repository, verdict);
  return repository;
}

function settlePresence(repository: RepositoryModel, verdict: Verdict): void {
  if (verdict === "acknowledged") repository.presence = "there";
  else if (verdict !== "unknown") repository.presence = "gone";
}

export const forkRepository: Operation = async (worker, parent) => {
  const { world, random, name } = worker;
  const own = [...parent.refs].filter(([ref]) => ref.startsWith(`refs/heads/${name}-`));
  const fork = newRepositoryModel(world, `${name}-f`, parent);
  const node = worker.pickNode();
  const asked = await world.client.rest(node, `${parent.slug}/forks`, {
    method: "POST",
    ...json({ name: fork.slug, workspace: { slug: WORKSPACE } }),
  });
  const verdict = judge(world, node, `fork ${parent.slug} ${fork.slug}`, asked, {
    status: 201,
    mayRefuse: parent.isLeaving,
  });
  settlePresence(fork, verdict);
  if (verdict !== "acknowledged") return;
  const reader = pickHealthy(world, random);
  // Its refs must be known from now on. If all nodes are in trouble, the one that has just answered may be in none.
  const refs = await world.client.listRefs(reader, fork.slug).catch((error: unknown) => {
    if (!(error instanceof NotAnsweredError)) throw error;
    return world.client.listRefs(node, fork.slug);
  });
  assert.ok(refs !== undefined, `${reader.name} has the fork ${fork.slug}`);
  for (const [ref, model] of own) {
    const value = certainValue(model);
    if (value !== "unknown") assert.equal(refs.get(ref), value, `${ref} of the fork ${fork.slug}`);
  }
  for (const [ref, id] of refs) {
    refOf(fork, ref).settled = id;
    world.commits.adopt(id, undefined);
  }
};

export const deleteRepository: Operation = async (worker, repository) => {
  const { world, random } = worker;
  repository.isLeaving = true;
  repository.isTouched = true;
  const node = worker.pickNode();
  const asked = await world.client.rest(node, repository.slug, { method: "DELETE" });
  const verdict = judge(world, node, `delete ${repository.slug}`, asked, { status: 204, mayRefuse: true });
  if (verdict !== "acknowledged") return;
  repository.presence = "gone";
  const reader = pickReader(world, random);
  const refs = await world.client.listRefs(reader, repository.slug);
  assert.equal(refs, undefined, `${reader.name} still has ${repository.slug}`);
};

export const uploadDownload: Operation = async (worker, repository) => {
  const { world, random } = worker;
  const name = `${worker.name}-${random.below(DOWNLOADS)}.bin`;
  const content = random.bytes(random.pick([300, 5_000, 200_000, LARGE_BYTES]));
  const node = worker.pickNode();
  repository.isTouched = true;
  const headers = [`Content-Disposition: form-data; name="files"; filename="${name}"`];
  const asked = await world.client.rest(node, `${repository.slug}/downloads`, {
    method: "POST",
    body: multipartBody([{ headers, content }]),
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
  const verdict = judge(world, node, `upload ${repository.slug} ${name} ${content.length}`, asked, {
    status: 201,
    mayRefuse: repository.isLeaving,
  });
  noteDownload(repository, name, content, verdict);
  if (verdict === "acknowledged") await readDownload(worker, repository, name);
};

export const deleteDownload: Operation = async (worker, repository) => {
  const { world } = worker;
  const [name] = [...repository.downloads.keys()].filter((each) => each.startsWith(`${worker.name}-`));
  if (name === undefined) return;
  const possible = repository.downloads.get(name)!;
  const node = worker.pickNode();
  repository.isTouched = true;
  const asked = await world.client.rest(node, `${repository.slug}/downloads/${name}`, { method: "DELETE" });
  const verdict = judge(world, node, `delete-download ${repository.slug} ${name}`, asked, {
    status: 204,
    mayRefuse: repository.isLeaving || possible.includes(undefined),
  });
  noteDownload(repository, name, undefined, verdict === "refused" ? "unknown" : verdict);
  if (verdict === "acknowledged") await readDownload(worker, repository, name);
};

function noteDownload(
  { downloads }: RepositoryModel,
  name: string,
  content: Buffer | undefined,
  verdict: Verdict,
): void {
  const before = downloads.get(name) ?? [undefined];
  // What was not answered before may be done only now.
  if (verdict === "acknowledged") downloads.set(name, [content, ...before.slice(1)]);
  else if (verdict === "unknown") downloads.set(name, [...before, content]);
}

async function readDownload(worker: Worker, repository: RepositoryModel, name: string): Promise<void> {
  const { world, random } = worker;
  const node = pickReader(world, random);
  const content = await fetchDownload(world, node, repository, name);
  const possible = repository.downloads.get(name)!;
  if (content === undefined && repository.isLeaving) return;
  assert.ok(
    possible.some((each) => isSame(each, content)),
    `${node.name} has the download ${name} of ${repository.slug} as it was sent last`,
  );
}

export function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Undefined if there is none. @throws NotAnsweredError */
export async function fetchDownload(
  world: World,
  node: PailNode,
  { slug }: RepositoryModel,
  name: string,
): Promise<Buffer | undefined> {
  const asked = await world.client.rest(node, `${slug}/downloads/${name}`);
  if (asked.kind !== "answered") throw new NotAnsweredError(node, `download ${name}: ${asked.problem}`);
  if (asked.answer.status === 404) return undefined;
  if (asked.answer.status !== 302) throw new NotAnsweredError(node, `download ${name}: ${asked.answer.text}`);
  const link = new URL(asked.answer.headers.location!);
  const followed = await world.client.ask(node, link.pathname + link.search);
  if (followed.kind !== "answered") throw new NotAnsweredError(node, `download ${name}: ${followed.problem}`);
  if (followed.answer.status === 404) return undefined;
  if (followed.answer.status !== 200)
    throw new NotAnsweredError(node, `download ${name}: ${followed.answer.status} ${followed.answer.text}`);
  return followed.answer.bytes;
}
