import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { serverFaults } from "../../security/hostile-client.ts";
import { openDemoRestClient } from "../clients/rest-client.ts";
import type { PailServer } from "../server/pail-server.ts";
import { cloneOf, commitFiles, createFilledRepository, serverRefs } from "./hosted-repository.ts";
import type { RealGit } from "./real-git.ts";

export type StormSize = {
  /** So many push to the one ref, and as many more to a ref of their own, all at once. */
  readonly clients: number;
  /** How often each tries to get a commit into the one ref. */
  readonly rounds: number;
  readonly committers: number;
  readonly cloners: number;
};

/** What a push that lost against another is told, by git or by the server. */
const OVERTAKEN = /\[rejected\]|\[remote rejected\]/;

type Acknowledged = {
  /** In `main`, beside what was there at the start. */
  readonly inMain: string[];
  readonly refusedInMain: string[];
  /** Refs with their tips. */
  readonly refs: Map<string, string>;
  /** Branches that commits were made on over REST, with all of these. */
  readonly committed: Map<string, string[]>;
};

/**
 * Clients push to one ref and to many refs of one repository, while others clone and commit over REST, and the server
 * repacks. Afterwards exactly what was acknowledged is there.
 */
export async function runPushStorm(git: RealGit, pail: PailServer, size: StormSize): Promise<Acknowledged> {
  const { repository, ids } = await createFilledRepository(git, pail);
  const { url } = repository;
  const logStart = pail.logText().length;
  const acknowledged: Acknowledged = {
    inMain: [],
    refusedInMain: [],
    refs: new Map(),
    committed: new Map(),
  };
  const toMain = await prepareClones(git, url, size.clients);
  const toOwn = await prepareClones(git, url, size.clients);

  let isOver = false;
  const cloners = Array.from({ length: size.cloners }, async () => {
    let clones = 0;
    do {
      const folder = await cloneOf(git, url, ["--bare"]);
      await git.out(["fsck", "--strict", "--connectivity-only"], { folder });
      clones += 1;
    } while (!isOver);
    return clones;
  });
  const committers = Array.from({ length: size.committers }, (_, number) =>
    commitOverRest(pail, repository.fullName, { branch: `rest-${number}`, isOver: () => isOver }).then(
      (made) => acknowledged.committed.set(`refs/heads/rest-${number}`, made),
    ),
  );
  try {
    await Promise.all([
      ...toMain.map((folder, client) => pushToMain(git, folder, client, size.rounds, acknowledged)),
      ...toOwn.map((folder, client) => pushToOwnRef(git, folder, client, acknowledged)),
    ]);
  } finally {
    isOver = true;
    await Promise.allSettled([...cloners, ...committers]);
  }
  await Promise.all([...cloners, ...committers]);
  await checkOutcome(git, pail, { url, ids, logStart, acknowledged });
  return acknowledged;
}

/** One after another: to clone is not what is tried here. */
async function prepareClones(git: RealGit, url: string, count: number): Promise<readonly string[]> {
  const first = await cloneOf(git, url);
  const folders = [first];
  while (folders.length < count) {
    const folder = await cloneOf(git, first);
    await git.out(["remote", "set-url", "origin", url], { folder });
    folders.push(folder);
  }
  return folders;
}

async function pushToMain(
  git: RealGit,
  folder: string,
  client: number,
  rounds: number,
  { inMain, refusedInMain }: Acknowledged,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const name = `main-${client}-${round}`;
    const id = await commitFiles(git, folder, { [name]: name }, name);
    const { status, stderr } = await git.run(["push", "origin", "HEAD:refs/heads/main"], { folder });
    if (status === 0) {
      inMain.push(id);
      continue;
    }
    assert.match(stderr, OVERTAKEN, stderr);
    refusedInMain.push(id);
    await git.out(["fetch", "--quiet", "origin", "main"], { folder });
    await git.out(["reset", "--quiet", "--hard", "FETCH_HEAD"], { folder });
  }
}

async function pushToOwnRef(git: RealGit, folder: string, client: number, { refs }: Acknowledged) {
  const name = `refs/heads/own-${client}`;
  const id = await commitFiles(git, folder, { [name]: name }, name);
  // Nobody else pushes there, so nothing can overtake it.
  await git.out(["push", "--quiet", "origin", `HEAD:${name}`], { folder });
  refs.set(name, id);
}

async function commitOverRest(
  pail: PailServer,
  fullName: string,
  { branch, isOver }: { readonly branch: string; readonly isOver: () => boolean },
): Promise<string[]> {
  const rest = openDemoRestClient(pail);
  const made: string[] = [];
  do {
    const form = new URLSearchParams({ branch, message: `${branch}: ${made.length}` });
    form.set(`/${branch}-${made.length}.txt`, "over REST\n");
    const answer = await rest(`/repositories/${fullName}/src`, { method: "POST", form: form.toString() });
    assert.equal(answer.status, 201, answer.text);
    made.push(answer.headers.location?.split("/").at(-1) ?? "");
  } while (!isOver());
  return made;
}

async function checkOutcome(
  git: RealGit,
  pail: PailServer,
  {
    url,
    ids,
    logStart,
    acknowledged,
  }: {
    readonly url: string;
    readonly ids: readonly string[];
    readonly logStart: number;
    readonly acknowledged: Acknowledged;
  },
): Promise<void> {
  const { inMain, refs, committed } = acknowledged;
  const folder = await cloneOf(git, url, ["--mirror"]);
  await git.out(["fsck", "--strict", "--full"], { folder });
  const historyOf = async (ref: string) => (await git.out(["rev-list", ref], { folder })).split("\n").sort();
  assert.deepEqual(await historyOf("refs/heads/main"), [...ids, ...inMain].sort());
  const start = new Set(ids);
  for (const [name, made] of committed) {
    // A new branch starts where `main` was at that moment.
    const onMain = new Set([...start, ...inMain]);
    const own = (await historyOf(name)).filter((id) => !onMain.has(id));
    assert.deepEqual(own, [...made].sort(), name);
  }
  const held = new Map(await serverRefs(git, url));
  for (const [name, id] of refs) assert.equal(held.get(name), id, name);
  assert.deepEqual([...held.keys()].sort(), ["refs/heads/main", ...refs.keys(), ...committed.keys()].sort());

  const proof = await pail.cli(["fsck", "--full", "--json"]);
  assert.equal(proof.status, 0, proof.stdout + proof.stderr);
  assert.deepEqual(await readdir(join(pail.dataFolder, "repositories", "unfinished")), []);
  assert.deepEqual(serverFaults(pail, logStart), []);
  const log = pail.logText().slice(logStart);
  assert.doesNotMatch(log, /"status":5\d\d/);
  assert.match(log, /"msg":"maintenance"/, "the repository was repacked meanwhile");
}
