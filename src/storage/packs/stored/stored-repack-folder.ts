import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { reachFaultPoint } from "../../../fault-points.ts";
import { findLostObjects } from "../../../git/packs/find-lost-objects.ts";
import { type RepackPlan, UNREACHABLE_KEPT_MS } from "../../../git/packs/maintain.ts";
import { Failure } from "../../../model/failure.ts";
import type { Ref } from "../../../model/ref.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { hasCode } from "../../files/has-code.ts";
import type { Database } from "../../sql/database.ts";
import { findDropCheck } from "../../sql/stored-objects/drop-checks.ts";
import { type LivePack, lookAtPacks, type NewPack, type PackLook } from "../../sql/stored-objects/packs.ts";
import { replacePacks } from "../../sql/stored-objects/replace-packs.ts";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import { ObjectCondemnedError } from "../../sql/stored-objects/stored-objects.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import type { StoredObjects } from "../../stored-objects/stored-objects.ts";
import type { RepackFolder } from "../repack-folder.ts";
import { COMMIT_GRAPH, makeScratchRepository } from "../scratch-repository.ts";
import { listPackFileSets, type PackFileSet, readSingleFile } from "./pack-file-set.ts";
import { isPack, planStoredRepack } from "./plan-stored-repack.ts";
import { agesOf, fileName, indexOf, PACK_FOLDER, takeGraph, takePacks } from "./take-stored-packs.ts";

export type StoredRepackOptions = {
  readonly repository: Uuid;
  readonly database: Pick<Database, "kysely">;
  readonly storedObjects: StoredObjects;
  readonly cache: ObjectCache;
  /** Names a folder to work in. */
  readonly newFolder: () => string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Whatever was pushed up to this pack generation is reached by the refs, so it is in the commit graph. */
  readonly generation: number;
  /** A view of the repository. What it has need not be brought. */
  readonly viewGitDir: string;
};

/** A repack folder of hard links to files of the cache. What git makes in it is uploaded, and replaces rows. */
export async function openStoredRepackFolder(
  options: StoredRepackOptions,
  refs: readonly Pick<Ref, "name" | "target">[],
  drops: boolean,
): Promise<RepackFolder> {
  const { repository, database, newFolder } = options;
  const look = await lookAtPacks(database.kysely, repository);
  const check = await findDropCheck(database.kysely, repository);
  if (look === undefined || check === undefined)
    throw new Failure("not-found", "Cannot repack the repository: it has just been deleted");
  const { kind, kept } = planStoredRepack(look);
  const plan: RepackPlan = drops
    ? { kind: "drop", until: new Date(check.now.getTime() - UNREACHABLE_KEPT_MS) }
    : { kind };
  const folder = newFolder();
  const close = () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  try {
    await makeScratchRepository(folder, refs);
    await takePacks(options, folder, look.packs.filter(isPack));
    await takeGraph(options, folder, look);
    for (const { name } of drops ? [] : kept)
      await writeFile(join(folder, PACK_FOLDER, fileName(name, "keep")), "");
  } catch (error) {
    await close();
    throw error;
  }
  return openFolder(options, { folder, look, plan, close });
}

type Opened = {
  readonly folder: string;
  readonly look: PackLook;
  readonly plan: RepackPlan;
  readonly close: () => Promise<void>;
};

/** What git has made, uploaded. */
type Placed = { readonly files: PackFileSet; readonly pack: NewPack; isCommitted: boolean };

/** What the repack has done with the packs of the look. */
type Outcome = {
  readonly replaced: readonly LivePack[];
  readonly left: readonly LivePack[];
  readonly made: readonly PackFileSet[];
};

function openFolder(options: StoredRepackOptions, { folder, look, plan, close }: Opened): RepackFolder {
  const { repository, database, storedObjects, cache, generation, signal, log } = options;
  const packFolder = join(folder, PACK_FOLDER);
  const taken = new Set(look.packs.map(({ name }) => name));
  let outcome: Outcome = { replaced: [], left: [], made: [] };
  let givenWith: readonly ObjectName[] | undefined;
  let placed: readonly Placed[] = [];

  async function findOutcome(): Promise<Outcome> {
    const sets = await listPackFileSets(packFolder);
    const bases = new Set(sets.map(({ base }) => base));
    const packs = look.packs.filter(isPack);
    const isLeft = ({ name }: LivePack) => bases.has(`pack-${name}`);
    const names = new Set(packs.map(({ name }) => `pack-${name}`));
    return {
      replaced: packs.filter((pack) => !isLeft(pack)),
      left: packs.filter(isLeft),
      made: sets.filter(({ base }) => !names.has(base)),
    };
  }

  async function upload(files: PackFileSet, pack: Omit<NewPack, "object" | "objects">): Promise<void> {
    const { source, sections, objects } = files;
    const kind = pack.kind === "graph" ? "derived" : "pack";
    const object = await storedObjects.upload({ kind, source, sections, signal });
    placed = [...placed, { files, pack: { ...pack, object, objects }, isCommitted: false }];
  }

  /** Gives up what has no row, and keeps for the cache what has one. */
  async function settle(): Promise<void> {
    const all = placed;
    placed = [];
    for (const { files, pack, isCommitted } of all) {
      const { object } = pack;
      if (!isCommitted && (await storedObjects.condemn(object)) === "condemned") continue;
      const isInline = object.inline !== undefined;
      await cache.adopt({ ...object, sections: files.sections, isInline }, files.files);
    }
  }

  /** What is pending is swept, and what is named comes to the cache when it is read. */
  async function trySettle(): Promise<void> {
    await settle().catch((error: unknown) =>
      log.warn({ err: error, "repository.uuid": repository }, "uploaded packs were not settled"),
    );
  }

  return {
    gitDir: folder,
    plan,
    async takeNewer() {
      const now = await lookAtPacks(database.kysely, repository);
      const newer = (now?.packs ?? []).filter((pack) => isPack(pack) && !taken.has(pack.name));
      await takePacks(options, folder, newer);
      for (const { name } of newer) taken.add(name);
    },
    async place() {
      outcome = await findOutcome();
      givenWith = await requireWhole(folder, plan, outcome);
      for (const files of outcome.made) await upload(files, { kind: kindOf(files, plan) });
      const graph = await readSingleFile("graph", join(folder, COMMIT_GRAPH)).catch(unlessMissing);
      if (graph !== undefined) await upload(graph, { kind: "graph", generation });
    },
    async record(tx) {
      const derived = look.packs.filter((pack) => !isPack(pack));
      const added = placed.map(({ pack }) => pack);
      const replacement = { replaced: [...outcome.replaced, ...derived], added, givenWith };
      const areReplaced = await replacePacks(tx, repository, replacement).catch((error: unknown) => {
        if (!(error instanceof ObjectCondemnedError)) throw error;
        throw new Failure(
          "unavailable",
          "Cannot maintain the repository: it took too long, and begins again",
        );
      });
      if (!areReplaced)
        throw new Failure("unavailable", "Cannot maintain the repository: its packs have been replaced");
      reachFaultPoint("maintenance.recorded");
    },
    removePlaced: settle,
    // It is a row.
    async placeCommitGraph() {},
    async removeReplaced() {
      for (const each of placed) each.isCommitted = true;
      await trySettle();
    },
    async close() {
      // If it is unknown whether the transaction has committed, this finds out.
      await trySettle();
      await close();
    },
  };
}

/**
 * Compares the packs that git has made with those that they replace.
 *
 * @returns the packs that another repository must have to be given the new ones in their place; undefined if none may be.
 * @throws Error if objects are lost.
 */
async function requireWhole(
  folder: string,
  plan: RepackPlan,
  { replaced, left, made }: Outcome,
): Promise<readonly ObjectName[] | undefined> {
  const indexes = [
    ...made.map(({ files }) => files.get("idx")!),
    ...left.map(({ name }) => indexOf(folder, name)),
  ];
  const ages = replaced.map((pack) => agesOf(folder, pack));
  const { count, examples } = await findLostObjects(
    ages,
    indexes,
    plan.kind === "drop" ? plan.until : undefined,
  );
  if (count > 0)
    throw new Error(
      `a repack has lost ${count} objects, such as ${examples.join(", ")}: the packs stay as they are`,
    );
  // Without a full repack the new packs may lack objects that are in those which are left.
  return plan.kind === "full" && left.length === 0 ? replaced.map(({ name }) => name) : undefined;
}

function kindOf({ files }: PackFileSet, plan: RepackPlan): NewPack["kind"] {
  if (files.has("mtimes")) return "cruft";
  return plan.kind === "geometric" ? "rolled" : "base";
}

function unlessMissing(error: unknown): undefined {
  if (!hasCode(error, "ENOENT")) throw error;
  return undefined;
}
