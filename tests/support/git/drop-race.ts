import { setImmediate } from "node:timers/promises";
import { Failure } from "../../../src/model/failure.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import type { Ref } from "../../../src/model/ref.ts";
import type { Repository } from "../../../src/model/repository.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import { maintainRepository } from "../../../src/operations/maintenance/maintain-repository.ts";
import { createBranch, createTag } from "../../../src/operations/refs/create-ref.ts";
import { deleteRef } from "../../../src/operations/refs/delete-ref.ts";
import { push } from "../../../src/operations/refs/push.ts";
import { forkRepository } from "../../../src/operations/repositories/fork-repository.ts";
import { createRepository } from "../../../src/operations/repositories/repositories.ts";
import type { CommitPart } from "../../../src/operations/source/commit-request.ts";
import { createCommit } from "../../../src/operations/source/create-commit.ts";
import type { Ports } from "../../../src/ports.ts";
import { withRepository } from "../../../src/storage/packs/with-repository.ts";
import { maintenanceLease } from "../../../src/storage/sql/leases.ts";
import { listRefs } from "../../../src/storage/sql/refs/refs.ts";
import { findRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import { withLease } from "../../../src/storage/sql/with-lease.ts";
import { openWriteTransaction } from "../../../src/storage/sql/write-transaction.ts";
import { createRandom, type Random } from "../../durability/kills/seeded-random.ts";
import { callerAs } from "../examples/sample-model.ts";
import { checkNames } from "../object-store/stored-packs.ts";
import type { FilledApp } from "../server/filled-app.ts";
import { agePacks } from "./age-packs.ts";

const DAY_MS = 86_400_000;
const NEVER = new AbortController().signal;
const EMPTY_PACK = Buffer.from("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");

/** Commits that are pushed again and again: pairs on top of one first commit, each with files of its own. */
export type RaceCommits = {
  readonly first: ObjectId;
  readonly pairs: readonly (readonly [ObjectId, ObjectId])[];
  /** A pack of what `tip` reaches and `known` does not. */
  pack(tip: ObjectId, known: ObjectId | undefined): Buffer;
};

export async function makeRaceCommits({ git, folder, commit }: FilledApp): Promise<RaceCommits> {
  const first = (await commit({ "first.txt": "first\n" }, "First")) as ObjectId;
  const pairs: (readonly [ObjectId, ObjectId])[] = [];
  const packs = new Map<string, Buffer>();
  const addPack = async (tip: ObjectId, known: ObjectId | undefined) => {
    const input = `${tip}\n${known === undefined ? "" : `^${known}\n`}`;
    const pack = await git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], { folder, input });
    packs.set(`${tip} ${known}`, pack);
  };
  await addPack(first, undefined);
  for (let number = 0; number < 4; number += 1) {
    await git.out(["checkout", "--quiet", "--detach", first], { folder });
    const lower = (await commit({ [`lower/${number}.txt`]: `${number}\n`.repeat(100) }, "Lower")) as ObjectId;
    const upper = (await commit({ [`upper/${number}.txt`]: `${number}\n`.repeat(100) }, "Upper")) as ObjectId;
    pairs.push([lower, upper]);
    await addPack(lower, first);
    await addPack(upper, lower);
    await addPack(upper, first);
  }
  return { first, pairs, pack: (tip, known) => packs.get(`${tip} ${known}`)! };
}

export type RaceCounts = { accepted: number; refused: number; drops: number; forks: number };

/**
 * Pushes, commits, tags, branches that are put back, forks, deletions and repacks in a random order, while time goes on by days.
 *
 * @returns what was done.
 * @throws Error if anything that was acknowledged is not whole.
 */
export async function runDropRace(
  filled: FilledApp,
  commits: RaceCommits,
  seed: number,
): Promise<RaceCounts> {
  const { app, git } = filled;
  const random = createRandom(seed);
  const counts: RaceCounts = { accepted: 0, refused: 0, drops: 0, forks: 0 };
  let aheadMs = 0;
  const ports: Ports = {
    ...app.ports,
    clock: () => new Date(Date.now() + aheadMs),
    maintenance: { ...app.ports.maintenance, wake: () => {} },
    transactions: {
      async transaction(work) {
        // Somebody else is quicker, or not.
        for (let turns = random.pick([0, 0, 1, 10, 200]); turns > 0; turns -= 1) await setImmediate();
        return app.ports.transactions.transaction(work);
      },
    },
  };
  const slug = (name: string) => `${name}-${seed}` as RepositorySlug;
  const { workspace, project, owner } = app;
  const by = { ...app.by, caller: callerAs(owner), transaction: openWriteTransaction(ports, app.by.actor) };
  const made = await createRepository(ports, by, { workspace, project, slug: slug("race") });
  const { uuid } = made;
  const forks: Repository[] = [];
  const current = async () => (await findRepository(ports.database.kysely, undefined, { uuid }))!;
  let names = 0;
  const newName = () => {
    names += 1;
    return `b${names}`;
  };

  async function pushTo(name: string, tip: ObjectId, pack: Buffer): Promise<void> {
    async function* pieces() {
      // A slow sender.
      for (let turns = random.below(50); turns > 0; turns -= 1) await setImmediate();
      yield pack;
    }
    const command = { name: `refs/heads/${name}`, old: undefined, new: tip };
    const report = await push(
      ports,
      by,
      await current(),
      { capabilities: new Map(), commands: [command], pack: pieces() } as unknown as Parameters<
        typeof push
      >[3],
      {},
    );
    const problem = report.unpackProblem ?? report.refs[0]?.refused;
    if (problem !== undefined) throw new Failure("conflict", problem);
  }

  async function* parts(name: string, parent: ObjectId, text: string): AsyncGenerator<CommitPart> {
    yield { kind: "detail", detail: "branch", text: name };
    yield { kind: "detail", detail: "parents", text: parent };
    async function* content() {
      yield Buffer.from(text);
    }
    yield { kind: "file", path: "lower/0.txt" as never, type: "file", content: content() };
  }

  async function maintain(): Promise<void> {
    const days = random.pick([0, 1, 8, 15]);
    aheadMs += days * DAY_MS;
    // The database's clock goes on as it does.
    if (ports.stored !== undefined && days > 0) await agePacks(ports, uuid, { dropDays: days });
    if (random.chance(0.7)) await agePacks(ports, uuid, { packsDays: 20 });
    await withLease(ports, maintenanceLease(uuid), NEVER, async (lease) => {
      const before = (await current()).dropNumber;
      await maintainRepository(ports, uuid, lease);
      counts.drops += (await current()).dropNumber - before;
    });
  }

  const act: Record<string, (own: Random) => Promise<unknown>> = {
    async delete(own) {
      const refs = (await listRefs(ports.database.kysely, uuid)).filter(
        ({ name }) => name !== "refs/heads/main",
      );
      if (refs.length > 0) await deleteRef(ports, by, await current(), own.pick(refs));
    },
    branch: async (own) =>
      createBranch(ports, by, await current(), {
        name: newName(),
        revision: own.pick(own.pick(commits.pairs)),
      }),
    tag: async (own) => {
      const revision = own.pick(own.pick(commits.pairs));
      return createTag(ports, by, await current(), { name: newName(), revision, message: undefined });
    },
    commit: async (own) => {
      const [lower] = own.pick(commits.pairs);
      return createCommit(ports, by, await current(), parts(newName(), lower, "0\n".repeat(100)));
    },
    pushUpper: async (own) => {
      const [lower, upper] = own.pick(commits.pairs);
      return pushTo(newName(), upper, commits.pack(upper, lower));
    },
    pushBoth: async (own) => {
      const [, upper] = own.pick(commits.pairs);
      return pushTo(newName(), upper, commits.pack(upper, commits.first));
    },
    pushEmpty: async (own) => pushTo(newName(), own.pick(own.pick(commits.pairs)), EMPTY_PACK),
    async fork() {
      counts.forks += 1;
      const wanted = { workspace, project, slug: slug(`fork-${counts.forks}`) };
      forks.push(await forkRepository(ports, by, await current(), wanted));
    },
  };

  async function runLane(own: Random): Promise<void> {
    for (let step = 0; step < 5; step += 1) {
      try {
        await act[own.pick([...Object.keys(act), "delete", "delete"])]!(own);
        counts.accepted += 1;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        counts.refused += 1;
      }
    }
  }

  await pushTo("main", commits.first, commits.pack(commits.first, undefined));
  for (const [, upper] of commits.pairs) await pushTo(newName(), upper, commits.pack(upper, commits.first));
  await maintain();
  const maintaining = (async () => {
    for (let times = 0; times < 3; times += 1) await maintain();
  })();
  await Promise.all([maintaining, ...Array.from({ length: 4 }, () => runLane(random.split()))]);
  await maintain();
  for (const repository of [await current(), ...forks]) {
    const refs: readonly Ref[] = await listRefs(ports.database.kysely, repository.uuid);
    const generation = (await findRepository(ports.database.kysely, undefined, { uuid: repository.uuid }))!
      .refGeneration;
    const found = await withRepository(ports.packs, repository.uuid, async (opened) => {
      await opened.writeRefs(generation, undefined, async () => refs);
      return git.run(["fsck", "--connectivity-only", "--no-dangling"], { folder: opened.gitDir });
    });
    if (found.status !== 0)
      throw new Error(`seed ${seed}: ${repository.slug} is not whole: ${found.stdout}${found.stderr}`);
  }
  if (ports.stored !== undefined) await checkNames(ports);
  return counts;
}
