import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { fetchDownload, isSame } from "./operations.ts";
import type { PailNode } from "./pail-node.ts";
import { explainRef } from "./ref-history.ts";
import { isPossible, note, type RepositoryModel, refOf, type World } from "./world.ts";

const SETTLE_MS_MAX = 20_000;
const SETTLE_STEP_MS = 100;

type Refs = ReadonlyMap<string, ObjectId> | undefined;

/**
 * Looks at every node, which all run again and at which nobody asks for anything now: what was acknowledged is there, what was
 * not answered is wholly there or not at all, and all nodes say the same. What is found is what is taken for granted from then
 * on.
 *
 * @param isEverything whether repositories are looked at in which nothing was changed.
 * @throws AssertionError with what differs.
 */
export async function checkWorld(
  world: World,
  { isEverything = false }: { readonly isEverything?: boolean } = {},
): Promise<void> {
  const looked = [...world.repositories.values()].filter(({ isTouched }) => isTouched || isEverything);
  const found = new Map<RepositoryModel, Refs>();
  for (const repository of looked) found.set(repository, await settledRefs(world, repository));
  // The history of a parent is still needed for its forks.
  for (const repository of looked) checkForkedRefs(repository, found.get(repository));
  // For all of them before anything can be cut short, or a fork would be looked at again without its parent's history.
  for (const repository of looked) {
    explain(repository, found.get(repository));
    for (const id of found.get(repository)?.values() ?? []) world.commits.adopt(id, undefined);
  }
  for (const repository of looked) {
    await checkClones(world, repository);
    await checkDownloads(world, repository);
    repository.isTouched = false;
    if (repository.presence === "gone") world.repositories.delete(repository.slug);
  }
}

/** The same on all nodes, once what was sent late has arrived. */
async function settledRefs(world: World, { slug }: RepositoryModel): Promise<Refs> {
  const { nodes } = world.cluster;
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const [first, ...others] = await Promise.all(nodes.map((node) => world.client.listRefs(node, slug)));
    try {
      for (const [index, other] of others.entries())
        assert.deepEqual(other, first, `${nodes[index + 1]!.name} and ${nodes[0]!.name} agree on ${slug}`);
      return first;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(SETTLE_STEP_MS);
    }
  }
}

function checkForkedRefs({ parent, slug, refs }: RepositoryModel, found: Refs): void {
  if (parent === undefined || found === undefined) return;
  const isAnswered = refs.size > 0;
  for (const [name, id] of isAnswered
    ? [...refs].map(([ref, { settled }]) => [ref, settled] as const)
    : found)
    assert.ok(
      id === undefined || isPossible(refOf(parent, name), id),
      `${name} of the fork ${slug} at ${id} is one of ${parent.slug}`,
    );
}

/** @throws AssertionError if the refs are not what was asked for. */
function explain(repository: RepositoryModel, found: Refs): void {
  const { slug, refs, presence, isLeaving, parent } = repository;
  if (found === undefined) {
    assert.ok(presence !== "there" || isLeaving, `${slug} is lost`);
    repository.presence = "gone";
    return;
  }
  assert.notEqual(presence, "gone", `${slug} is there again`);
  // A fork whose answer is lost begins with what it has.
  const isUnseen = presence === "unknown" && parent !== undefined;
  for (const name of new Set([...refs.keys(), ...found.keys()])) {
    const ref = refOf(repository, name);
    const end = found.get(name);
    const done = isUnseen ? [] : explainRef(ref.settled, ref.moves, end);
    assert.ok(done !== undefined, `${name} of ${slug} is at ${end}: ${JSON.stringify(ref, undefined, 1)}`);
    ref.settled = end;
    ref.moves = [];
    if (end === undefined) refs.delete(name);
  }
  repository.presence = "there";
  repository.isLeaving = false;
  repository.parent = undefined;
}

/** What a new clone of each node gets is whole and well-formed. One of them is made by git's own command. */
async function checkClones(world: World, { slug, presence, refs }: RepositoryModel): Promise<void> {
  if (presence === "gone") return;
  const { nodes } = world.cluster;
  const cloned = world.random.pick(nodes);
  await Promise.all(
    nodes.map((node) => (node === cloned ? checkClone : checkFetched)(world, node, slug, refs)),
  );
}

async function checkClone(
  { git, client, random }: World,
  node: PailNode,
  slug: string,
  refs: RepositoryModel["refs"],
): Promise<void> {
  const folder = git.newPath("check");
  try {
    const protocol = random.chance(0.5) ? 2 : 0;
    await git.out(["clone", "--quiet", "--mirror", client.cloneUrl(node, slug), folder], { protocol });
    const listed = await git.out(["for-each-ref", "--format=%(refname) %(objectname)"], { folder });
    const cloned = new Map(
      listed === "" ? [] : listed.split("\n").map((line) => line.split(" ") as [string, string]),
    );
    const expected = new Map([...refs].map(([name, { settled }]) => [name, settled]));
    assert.deepEqual(sortedEntries(cloned), sortedEntries(expected));
    await git.out(["fsck", "--strict", "--full", "--no-dangling"], { folder });
  } catch (error) {
    throw new Error(`a clone of ${slug} from ${node.name}: ${error}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same with fewer processes: the pack that a clone gets. */
async function checkFetched(
  { git, client }: World,
  node: PailNode,
  slug: string,
  refs: RepositoryModel["refs"],
): Promise<void> {
  const tips = [...new Set([...refs.values()].flatMap(({ settled }) => settled ?? []))];
  if (tips.length === 0) return;
  const folder = git.newPath("fetched");
  try {
    const pack = await client.fetchPack(node, slug, tips);
    for (const each of ["objects", "refs"]) await mkdir(join(folder, each), { recursive: true });
    await writeFile(join(folder, "HEAD"), "ref: refs/heads/main\n");
    await git.out(["index-pack", "--stdin", "--strict"], { folder, input: pack });
    await git.out(["rev-list", "--objects", "--quiet", "--stdin"], { folder, input: tips.join("\n") });
  } catch (error) {
    throw new Error(`a pack of ${slug} from ${node.name}: ${error}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sortedEntries(
  map: ReadonlyMap<string, string | undefined>,
): readonly [string, string | undefined][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function checkDownloads(world: World, repository: RepositoryModel): Promise<void> {
  if (repository.presence === "gone") return;
  for (const [name, possible] of repository.downloads) {
    const contents = await Promise.all(
      world.cluster.nodes.map((node) => fetchDownload(world, node, repository, name)),
    );
    const content = contents[0];
    note(world, `download ${repository.slug} ${name}: ${content?.length}`);
    assert.ok(
      contents.every((each) => isSame(each, content)),
      `all nodes agree on ${repository.slug} ${name}`,
    );
    assert.ok(
      possible.some((each) => isSame(each, content)),
      `${name} of ${repository.slug} has ${content?.length} bytes, and not ${possible.map((each) => each?.length).join(" or ")}`,
    );
    repository.downloads.set(name, [content]);
  }
}
