import { reachFaultPoint } from "../../fault-points.ts";
import { isConnected } from "../../git/packs/connectivity.ts";
import { repack, writeCommitGraph } from "../../git/packs/maintain.ts";
import { findReachedTips } from "../../git/packs/reached-tips.ts";
import { GitError } from "../../git/process/git-process.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { FormerTip, Ref } from "../../model/ref.ts";
import type { RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import type { OpenMaintenance } from "../../storage/packs/pack-store.ts";
import type { RepackFolder } from "../../storage/packs/repack-folder.ts";
import { requireLease } from "../../storage/sql/leases.ts";
import { declareDrop, noteCommitGraph } from "../../storage/sql/refs/drops.ts";
import {
  deleteFormerTips,
  listFormerTips,
  listKeptTips,
  listPullRequestTips,
} from "../../storage/sql/refs/former-tips.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import type { HeldLease } from "../../storage/sql/with-lease.ts";
import { withoutIncomplete, withoutMissing } from "./complete-former-tips.ts";

export type MaintainPorts = Pick<Ports, "database" | "transactions" | "packs" | "clock" | "log">;

/** Pushes that arrive while a drop is being declared are checked one after another. */
const DECLARATIONS_MAX = 5;

/**
 * Joins a repository's packs and renews its commit graph; once a week it drops what refs have not reached for two
 * weeks. All new files are made in a folder of their own. Then the new packs are put beside the old ones, then the
 * database is updated, and only then the old packs are removed. So nothing that must be preserved is lost, whenever
 * this ends early. With an object store, the same transaction replaces the rows of packs.
 *
 * The lease is checked in the transaction that updates the database, and before each step that others can see. A process
 * that is frozen between such a check and its step still does that step later: a commit graph that it puts in place is
 * not the noted one, so nothing relies on it, and the next maintenance replaces it; packs that it removes were replaced by
 * packs that the other process has taken over.
 */
export async function maintainRepository(ports: MaintainPorts, uuid: Uuid, lease: HeldLease): Promise<void> {
  await requireLease(ports.database.kysely, lease);
  const opened = await ports.packs.openMaintenance(uuid, lease.signal);
  try {
    await maintainOpen(ports, opened, uuid, lease);
  } finally {
    await opened.close();
  }
}

async function maintainOpen(
  ports: MaintainPorts,
  opened: OpenMaintenance,
  uuid: Uuid,
  lease: HeldLease,
): Promise<void> {
  const location = { gitDir: opened.gitDir, signal: lease.signal };
  const readAt = ports.clock();
  // Read before the refs: changes in between are noticed when the drop is declared.
  const repository = await findRepository(ports.database.kysely, undefined, { uuid });
  if (repository === undefined) return;
  const refs = await listRefs(ports.database.kysely, uuid);
  const former = await listFormerTips(ports.database.kysely, uuid, readAt);
  const shown = await listPullRequestTips(ports.database.kysely, uuid);
  const isDue = await opened.isDropDue(readAt);
  await opened.refresh();
  const found = await withoutMissing(former, location);
  if (found.length < former.length) logIncomplete(ports, uuid, former, found);
  const drops = isDue && found.length === former.length;
  const work = { opened, repository, refs, former: found, shown, drops, readAt, lease };
  try {
    await repackApart(ports, work);
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    const complete = await withoutIncomplete(found, refs, location);
    if (complete.length === found.length) throw error;
    logIncomplete(ports, uuid, found, complete);
    await repackApart(ports, { ...work, former: complete, drops: false });
  }
}

/**
 * Damage in the history of former tips must not prevent a repository from being repacked. Nothing is dropped until
 * these tips expire or are complete again: what remains of them might be of use.
 */
function logIncomplete(
  { log }: MaintainPorts,
  uuid: Uuid,
  former: readonly FormerTip[],
  complete: readonly FormerTip[],
): void {
  const whole = new Set(complete.map(({ target }) => target));
  const damaged = former.filter(({ target }) => !whole.has(target));
  const tips = damaged.slice(0, 10).map(({ name, target }) => `${name} (${target})`);
  log.error(
    { "repository.uuid": uuid, count: damaged.length, tips },
    "objects are missing that refs have left in the last two weeks; see pail fsck",
  );
}

type Work = {
  readonly opened: OpenMaintenance;
  readonly repository: Repository;
  readonly refs: readonly Ref[];
  readonly former: readonly FormerTip[];
  /** Tips of pull requests. */
  readonly shown: readonly ObjectId[];
  readonly drops: boolean;
  /** When the former tips were read. */
  readonly readAt: Date;
  readonly lease: HeldLease;
};

async function repackApart(
  ports: MaintainPorts,
  { opened, repository, refs, former, shown, drops, readAt, lease }: Work,
): Promise<void> {
  const { uuid, dropNumber } = repository;
  const kept = keptRefs(refs, [...former.map(({ target }) => target), ...shown]);
  // The packs are read after the refs, so that they have everything that these refs reach.
  const folder = await opened.openRepackFolder(kept, drops);
  try {
    reachFaultPoint("maintenance.linked");
    const location = { gitDir: folder.gitDir, signal: lease.signal };
    const { database, transactions } = ports;
    await repack(location, folder.plan);
    reachFaultPoint("maintenance.repacked");
    const commitGraph = await writeCommitGraph(location);
    reachFaultPoint("maintenance.graph-written");
    const reached =
      former.length > FORMER_TIPS_MAX
        ? await findReachedTips(
            former,
            refs.map(({ target }) => target),
            location,
          )
        : new Set<ObjectId>();
    await requireLease(database.kysely, lease);
    await folder.place();
    reachFaultPoint("maintenance.placed");
    const isDeclared = drops
      ? await declare(ports, repository, { kept, folder, commitGraph, readAt, lease })
      : await transactions.transaction(async (tx) => {
          await requireLease(tx, lease);
          const isNoted = await noteCommitGraph(tx, uuid, { dropNumber, commitGraph });
          if (isNoted) await folder.record(tx);
          return isNoted;
        });
    reachFaultPoint("maintenance.declared");
    await requireLease(database.kysely, lease);
    if (isDeclared) {
      await folder.placeCommitGraph();
      reachFaultPoint("maintenance.graph-placed");
      await folder.removeReplaced();
    } else {
      await folder.removePlaced();
    }
    if (reached.size > 0) {
      const isReached = ({ target }: FormerTip) => reached.has(target);
      await ports.transactions.transaction((tx) => deleteFormerTips(tx, uuid, former.filter(isReached)));
    }
    if (drops) await opened.markDrop(readAt);
  } finally {
    await folder.close();
  }
}

/** Beyond this number, former tips that other tips reach are deleted. */
const FORMER_TIPS_MAX = 200;

/**
 * These names exist only in the folder that is repacked: former tips and those of pull requests are preserved, and cannot
 * be fetched.
 */
const HIDDEN_PREFIX = "refs/pail/hidden/";

type KeptRef = Pick<Ref, "name" | "target">;

function keptRefs(refs: readonly Ref[], hidden: readonly ObjectId[]): readonly KeptRef[] {
  const targets = [...new Set(hidden)];
  return [
    ...refs,
    ...targets.map((target, number) => ({ name: `${HIDDEN_PREFIX}${number}` as RefName, target })),
  ];
}

type Prepared = {
  readonly kept: readonly KeptRef[];
  readonly folder: RepackFolder;
  readonly commitGraph: string;
  readonly readAt: Date;
  readonly lease: HeldLease;
};

/**
 * Declares the drop if the refs are complete without the objects to be dropped. Refs that have changed meanwhile are
 * checked in the repack folder, which has only the new packs and what was pushed since.
 *
 * @returns false if the drop must not happen, or pushes arrive too fast.
 */
async function declare(
  ports: MaintainPorts,
  { uuid, dropNumber, ...repository }: Repository,
  { kept, folder, commitGraph, readAt, lease }: Prepared,
): Promise<boolean> {
  const whole = new Set<ObjectId>(kept.map(({ target }) => target));
  let { refGeneration } = repository;
  for (let tries = 0; tries < DECLARATIONS_MAX; tries += 1) {
    const drop = { dropNumber, refGeneration, commitGraph, readAt };
    const outcome = await ports.transactions.transaction(async (tx) => {
      await requireLease(tx, lease);
      const declared = await declareDrop(tx, uuid, drop);
      if (declared.kind === "dropped") await folder.record(tx);
      return declared;
    });
    if (outcome.kind !== "refs-changed") return outcome.kind === "dropped";
    refGeneration = outcome.refGeneration;
    const now = await listKeptTips(ports.database.kysely, uuid, ports.clock());
    const tips = now.filter((tip) => !whole.has(tip));
    await folder.takeNewer();
    if (tips.length > 0 && !(await isConnected(tips, whole, { gitDir: folder.gitDir, signal: lease.signal })))
      return false;
    for (const tip of tips) whole.add(tip);
  }
  return false;
}
