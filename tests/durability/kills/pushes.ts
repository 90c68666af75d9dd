import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { type Acknowledged, acknowledge, type Client, idOf, MAIN } from "./client.ts";
import { spareBranches } from "./pull-request-state.ts";
import { type RepositoryModel, type RepositoryState, repositoryUrl, type World } from "./world.ts";

/** Objects that git asks to be repacked for: above the size at which a pack needs no commit graph. */
export const LARGE_BYTES = 540 * 1024;

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
  if (parent !== undefined && !(await bring(world, repository, parent))) return false;
  put(MAIN, await makeCommit(client, random.chance(0.2) ? undefined : parent, bytes));
  client.count += 1;
  if (spareBranches(repository).length < 2 || random.chance(0.6))
    put(`refs/heads/pushed-${client.count}`, await makeCommit(client, parent, 20));
  if (random.chance(0.3)) put(`refs/tags/pushed-${client.count}`, idOf({ ...repository, state }, MAIN)!);
  const others = spareBranches(repository).filter((name) => name !== MAIN);
  if (others.length > 2 && random.chance(0.5)) {
    const name = random.pick(others);
    state.delete(name);
    specs.push(`:${name}`);
  }
  return pushRefs(client, repository, { specs, state });
}

type RefsPush = {
  readonly specs: readonly string[];
  readonly state: RepositoryState;
  /** What is told besides the push itself. */
  readonly told?: readonly string[];
};

export async function pushRefs(
  { random, world }: Client,
  repository: RepositoryModel,
  { specs, state, told = [] }: RefsPush,
): Promise<Acknowledged> {
  const stages = [{ state, told: [`repo:push ${repository.slug}`, ...told] }];
  repository.unsure = stages;
  const args = ["push", "--porcelain", ...(random.chance(0.5) ? ["--atomic"] : [])];
  const url = repositoryUrl(world, repository.slug);
  const outcome = await world.git.run([...args, url, ...specs], { folder: world.clone });
  if (outcome.status === 0) return acknowledge(repository, stages);
  const said = outcome.stdout + outcome.stderr;
  assert.ok(!/remote rejected|unpack|rejected/.test(said), `a push is refused: ${said}`);
  return false;
}

/** One that the server has made may not have been fetched, or not to the end. @returns whether it is in the clone now. */
export async function bring(world: World, { slug }: RepositoryModel, commit: string): Promise<boolean> {
  const { git, clone } = world;
  const found = await git.run(["cat-file", "-e", `${commit}^{commit}`], { folder: clone });
  return found.status === 0 || fetchAll(world, slug);
}

/** Where a ref is. Undefined if the server has been killed meanwhile: then the next look finds it. */
export async function readTip(
  world: World,
  { slug }: RepositoryModel,
  name: string,
): Promise<string | undefined> {
  const listed = await world.git.run(["ls-remote", repositoryUrl(world, slug), name]);
  return listed.status === 0 ? listed.stdout.split("\t")[0] : undefined;
}

export async function makeCommit(
  client: Client,
  parent: string | undefined,
  bytes: number,
  path?: string,
): Promise<string> {
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
    Buffer.from(`M 100644 :1 ${path ?? `file-${client.count % 50}`}\n\nget-mark :2\n`),
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
export async function cloneAnew(client: Client, repository: RepositoryModel): Promise<Acknowledged> {
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
