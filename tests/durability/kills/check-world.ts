import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { decodeEvent, type EncodedEvent } from "../../../src/model/encoded-event.ts";
import type { EventOf } from "../../../src/model/event.ts";
import type { Ref } from "../../../src/model/ref.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import { checkData } from "../../../src/operations/backup/check-data.ts";
import type { Ports } from "../../../src/ports.ts";
import { openDiskBlobStore } from "../../../src/storage/blobs/disk-blob-store.ts";
import { openFileKeys } from "../../../src/storage/keys/file-keys.ts";
import { openDiskPackStore } from "../../../src/storage/packs/disk-pack-store.ts";
import { gitDirIn, listRepositoryFolders } from "../../../src/storage/packs/repository-folders.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import { listRefs } from "../../../src/storage/sql/refs/refs.ts";
import { listAllRepositories } from "../../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../../support/clients/http-request.ts";
import { checkMerges, readPullRequests } from "./check-pull-requests.ts";
import { refsOf } from "./pull-request-state.ts";
import { fetchAll } from "./pushes.ts";
import {
  ask,
  EMAIL,
  type RepositoryModel,
  type RepositoryState,
  type SeenState,
  type Target,
  type World,
  withDatabase,
} from "./world.ts";

const SETTLE_MS_MAX = 120_000;

/**
 * Holds what is there against what was asked for, and takes it for what there is: what was acknowledged is there, what was
 * not is wholly there or not at all, and nothing else is.
 *
 * @throws AssertionError with what differs; Error of a connection if the server is killed meanwhile.
 */
export async function checkWorld(world: World): Promise<void> {
  await withDatabase(world, async (database) => {
    await checkFolders(world, database);
    const changed = [...world.repositories.values()].filter(
      ({ done, unsure }) => done.length > 0 || unsure.length > 0,
    );
    const told: string[] = [];
    const actual = await readStates(database);
    for (const repository of world.repositories.values())
      told.push(...(await settle(world, repository, actual.get(repository.slug))));
    const known = new Set(world.repositories.keys());
    assert.deepEqual(
      [...actual.keys()].filter((slug) => !known.has(slug)),
      [],
      "no repository that nobody has asked for",
    );
    await checkEnqueued(world, database, told);
    await checkAudit(database);
    await checkRepositories(world, database, changed, actual);
    await checkTokens(world);
  });
  const faults = world.server
    .logText()
    .split("\n")
    .filter((line) => /"level":"(?:error|fatal)"/.test(line));
  assert.deepEqual(faults, [], "the server has met no fault of its own");
}

type Found = { readonly uuid: Uuid; readonly refs: readonly Ref[]; readonly state: NonNullable<SeenState> };

async function readStates(database: Database): Promise<ReadonlyMap<string, Found>> {
  const { kysely } = database;
  const found = new Map<string, Found>();
  for (const { uuid, slug } of await listAllRepositories(kysely, undefined)) {
    const refs = await listRefs(kysely, uuid);
    const state = new Map<string, string>(refs.map(({ name, target }) => [name, target]));
    for (const entry of await readPullRequests(database, uuid)) state.set(...entry);
    found.set(slug, { uuid, refs, state });
  }
  return found;
}

/** The start has swept what was cut off, and there are folders for the repositories alone. */
async function checkFolders({ location }: World, { kysely }: Database): Promise<void> {
  const root = join(location.dataFolder, "repositories");
  for (const folder of ["repositories", "downloads"]) {
    const left = await readdir(join(location.dataFolder, folder, "unfinished")).catch(() => []);
    assert.deepEqual(left, [], `no staging left in ${folder}`);
  }
  const folders = await listRepositoryFolders(root);
  const rows = await kysely.selectFrom("repository").select("uuid").execute();
  assert.deepEqual([...folders].sort(), rows.map(({ uuid }) => uuid).sort(), "a folder for each repository");
}

/** @returns the events that tell of what has happened to the repository since the last look. */
async function settle(
  world: World,
  repository: RepositoryModel,
  found: Found | undefined,
): Promise<readonly string[]> {
  const { done, unsure, state } = repository;
  const candidates = [
    { state, happened: 0 },
    ...unsure.map((stage, index) => ({ ...stage, happened: index + 1 })),
  ];
  const match = candidates.find((candidate) => matches(candidate.state, found));
  if (match === undefined) {
    assert.fail(
      `${repository.slug} is neither as it was acknowledged nor as it was asked for:\n${describe(found?.state)}\n` +
        candidates.map((candidate) => `not:\n${describe(candidate.state)}`).join("\n"),
    );
  }
  const stages = [...done, ...unsure.slice(0, match.happened)];
  const told: string[] = [];
  let before: RepositoryState = repository.seen;
  for (const [index, stage] of stages.entries()) {
    const after = index === stages.length - 1 ? found?.state : stage.state;
    for (const text of stage.told)
      told.push(text.startsWith("repo:push ") ? `${text} ${describeChanges(before, after)}` : text);
    before = after;
  }
  await checkMade(world, match.state, found);
  repository.seen = found?.state;
  repository.state = found?.state;
  repository.done = [];
  repository.unsure = [];
  return told;
}

function matches(state: RepositoryState, found: Found | undefined): boolean {
  if (state === undefined || found === undefined) return state === found;
  if (state.size !== found.state.size) return false;
  const peeled = new Map(found.refs.map((ref) => [ref.name as string, ref.peeled]));
  for (const [name, target] of state) {
    const id = found.state.get(name);
    if (typeof target === "string") {
      if (target !== id) return false;
    } else if (id === undefined || id === target.of) {
      return false;
    } else if (target.kind === "tag" && peeled.get(name) !== target.of) {
      return false;
    }
  }
  return true;
}

/** A commit that the server has made stands on the one that was the tip. */
async function checkMade(world: World, state: RepositoryState, found: Found | undefined): Promise<void> {
  for (const [name, target] of state ?? []) {
    if (typeof target === "string" || target.kind !== "commit") continue;
    const folder = gitDirOf(world, found!.uuid);
    const parent = await world.git.run(["rev-parse", "--verify", "--quiet", `${found!.state.get(name)}^`], {
      folder,
    });
    assert.equal(parent.stdout.trim(), target.of ?? "", `${name} stands on what it was made on`);
  }
}

function describe(state: RepositoryState): string {
  if (state === undefined) return "  no repository";
  return [...state].map(([name, target]) => `  ${name} ${JSON.stringify(target)}`).join("\n");
}

/** `refs/heads/main:old>new` of those that differ, sorted as {@link describePush} sorts them. */
function describeChanges(before: RepositoryState, after: RepositoryState): string {
  const names = new Set([...refsOf(before ?? new Map()).keys(), ...refsOf(after ?? new Map()).keys()]);
  const idIn = (state: RepositoryState, name: string): Target | undefined => state?.get(name);
  return [...names]
    .filter((name) => idIn(before, name) !== idIn(after, name))
    .map((name) => `${name}:${idIn(before, name) ?? ""}>${idIn(after, name) ?? ""}`)
    .sort()
    .join(" ");
}

/** No event without its change, no change without its event: each is enqueued once. */
async function checkEnqueued(world: World, { kysely }: Database, told: readonly string[]): Promise<void> {
  const rows = await kysely
    .selectFrom("webhook_delivery")
    .select(["sequence", "event"])
    .where("sequence", ">", world.lastSequence)
    .orderBy("sequence")
    .execute();
  const slugs = await readSlugs(world, kysely);
  const enqueued = rows.map(({ event }) => describeEvent(event, slugs));
  assert.deepEqual([...enqueued].sort(), [...told].sort(), "what is enqueued is what has happened");
  world.lastSequence = rows.at(-1)?.sequence ?? world.lastSequence;
}

/** Of all repositories that there ever were: the audit log keeps their names. */
async function readSlugs(_world: World, kysely: Database["kysely"]): Promise<ReadonlyMap<string, string>> {
  const rows = await kysely
    .selectFrom("audit_event")
    .select(["subject_uuid", "subject_name"])
    .where("subject_kind", "=", "repository")
    .execute();
  return new Map(
    rows.map(({ subject_uuid, subject_name }) => [subject_uuid ?? "", subject_name.split("/")[1]!]),
  );
}

function describeEvent(stored: string, slugs: ReadonlyMap<string, string>): string {
  const decoded = decodeEvent(stored as EncodedEvent);
  if (decoded.kind === "unknown")
    throw new Error(`an event was stored that is not known: ${decoded.problem}`);
  const { event } = decoded;
  switch (event.kind) {
    case "repo:push":
      return `repo:push ${slugs.get(event.repositoryUuid)} ${describePush(event)}`;
    case "repo:imported":
      return `repo:imported ${slugs.get(event.repositoryUuid)}`;
    case "repo:fork":
      return `repo:fork ${slugs.get(event.repositoryUuid)} ${slugs.get(event.forkUuid)}`;
    case "pullrequest:created":
    case "pullrequest:updated":
    case "pullrequest:fulfilled":
      return `${event.kind} ${slugs.get(event.repositoryUuid)} ${event.pullRequest.id}`;
    case "repo:created":
    case "repo:deleted":
      return `${event.kind} ${event.repository.slug}`;
    default:
      return event.kind;
  }
}

function describePush({ changes }: EventOf<"repo:push">): string {
  return changes
    .map((change) => `${change.name}:${change.old ?? ""}>${change.new ?? ""}`)
    .sort()
    .join(" ");
}

/** Each change is in the audit log once, and nothing is that is not. */
async function checkAudit({ kysely }: Database): Promise<void> {
  const events = await kysely
    .selectFrom("audit_event")
    .select(["action", "subject_uuid", "details"])
    .execute();
  const subjectsOf = (...actions: readonly string[]) =>
    events.filter(({ action }) => actions.includes(action)).map(({ subject_uuid }) => subject_uuid);
  const successors = events
    .filter(({ action }) => action === "token.rotated")
    .map(({ details }) => String(JSON.parse(details).successor_uuid));
  const tokens = await kysely.selectFrom("api_token").selectAll().execute();
  const sorted = (list: readonly (string | null)[]) => [...list].sort();
  const made = sorted([...subjectsOf("token.created"), ...successors]);
  assert.deepEqual(made, sorted(tokens.map(({ uuid }) => uuid)), "each token is in the audit log");
  const revoked = tokens.filter(({ revoked_at }) => revoked_at !== null).map(({ uuid }) => uuid);
  assert.deepEqual(sorted(subjectsOf("token.revoked")), sorted(revoked), "each revocation is");
  const rotated = tokens.filter(({ successor_uuid }) => successor_uuid !== null).map(({ uuid }) => uuid);
  assert.deepEqual(sorted(subjectsOf("token.rotated")), sorted(rotated), "each rotation is");
  const repositories = await kysely.selectFrom("repository").select("uuid").execute();
  const deleted = new Set(subjectsOf("repository.deleted"));
  const left = subjectsOf("repository.created", "repository.forked").filter((uuid) => !deleted.has(uuid));
  assert.deepEqual(sorted(left), sorted(repositories.map(({ uuid }) => uuid)), "each repository is");
}

export function gitDirOf({ location }: World, uuid: Uuid): string {
  return gitDirIn(join(location.dataFolder, "repositories"), uuid);
}

async function checkRepositories(
  world: World,
  database: Database,
  changed: readonly RepositoryModel[],
  actual: ReadonlyMap<string, Found>,
): Promise<void> {
  for (const { slug } of changed) {
    const found = actual.get(slug);
    if (found === undefined) continue;
    assert.ok(await fetchAll(world, slug), `${slug} can be fetched`);
    const prefix = `refs/seen/${slug}/`;
    assert.deepEqual(
      await listedRefs(world, world.clone, prefix),
      new Map([...refsOf(found.state)].map(([name, id]) => [name.replace(/^refs\//, prefix), id])),
      `what git fetches of ${slug} is what the rows say`,
    );
  }
  const { findings } = await checkData(checkPorts(world, database), { isFull: false });
  // A kill between the moves of a pack and of its index leaves a pack that no ref needs, which fsck indexes.
  const others = findings.filter(({ detail }) => detail !== "the pack has no index");
  assert.deepEqual(others, [], "pail fsck finds nothing");
  for (const { slug } of changed) {
    const found = actual.get(slug);
    if (found === undefined) continue;
    // The check has written the refs for git.
    const folder = gitDirOf(world, found.uuid);
    assert.deepEqual(
      await listedRefs(world, folder, "refs/"),
      refsOf(found.state),
      `what git reads of ${slug} on the disk`,
    );
    await checkMerges(world.git, folder, database, { uuid: found.uuid, slug });
    await world.git.out(["fsck", "--strict", "--full", "--no-dangling"], { folder });
  }
}

async function listedRefs(
  { git }: World,
  folder: string,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const text = await git.out(["for-each-ref", "--format=%(refname) %(objectname)", prefix], { folder });
  if (text === "") return new Map();
  return new Map(text.split("\n").map((line) => line.split(" ") as [string, string]));
}

/** With a clock that makes nothing too young to be looked at. */
function checkPorts({ location, database: settings }: World, database: Database) {
  const config = { dataFolder: location.dataFolder, database: settings } as Ports["config"];
  const packFolders = openDiskPackStore(join(location.dataFolder, "repositories"));
  return {
    config,
    database,
    packs: packFolders,
    packFolders,
    stored: undefined,
    keys: openFileKeys(join(location.dataFolder, "keys")),
    downloads: openDiskBlobStore(join(location.dataFolder, "downloads")),
    clock: () => new Date(Date.now() + 3_600_000),
  };
}

async function checkTokens(world: World): Promise<void> {
  for (const token of world.tokens) {
    const { status } = await ask(world, "/2.0/user", {
      headers: { Authorization: basic(EMAIL, token.text) },
    });
    if (token.state === "unsure") token.state = status === 200 ? "works" : "revoked";
    assert.equal(status, token.state === "works" ? 200 : 401, `the token ${token.name} ${token.state}`);
  }
}

/** What was enqueued has been delivered, also by later servers, and nothing else has been. */
export async function checkDelivered(world: World): Promise<void> {
  await withDatabase(world, async ({ kysely }) => {
    const count = async () =>
      (await kysely.selectFrom("webhook_delivery").select("uuid").where("state", "=", "pending").execute())
        .length;
    const deadline = Date.now() + SETTLE_MS_MAX;
    while ((await count()) > 0 && Date.now() < deadline) await delay(50);
    const slugs = await readSlugs(world, kysely);
    const rows = await kysely.selectFrom("webhook_delivery").selectAll().execute();
    const bodies = new Map(
      world.receiver
        .received(world.hookPath)
        .map(({ headers, body }) => [String(headers["x-request-uuid"]), body]),
    );
    for (const { uuid, state, event, payload, problem } of rows) {
      const what = describeEvent(event, slugs);
      // There is nobody to ask what a push to a repository has brought that has been deleted meanwhile.
      if (problem === "what it tells of is no longer there") {
        const named = what.split(" ").flatMap((word) => world.repositories.get(word) ?? []);
        assert.ok(
          named.some(({ state: left }) => left === undefined),
          what,
        );
        bodies.delete(uuid);
        continue;
      }
      assert.equal(state, "delivered", `${what}: ${problem}`);
      assert.equal(bodies.get(uuid), payload, what);
      bodies.delete(uuid);
    }
    assert.deepEqual([...bodies.keys()], [], "nothing is delivered that was not enqueued");
  });
}
