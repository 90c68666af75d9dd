import { link, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { PackAges } from "../../../git/packs/find-lost-objects.ts";
import { hasCode } from "../../files/has-code.ts";
import { makeFolders } from "../../files/make-folders.ts";
import type { LivePack, PackLook } from "../../sql/stored-objects/packs.ts";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import { sectionsInOrder } from "../../stored-objects/sections.ts";
import { COMMIT_GRAPH } from "../scratch-repository.ts";

export const PACK_FOLDER = join("objects", "pack");
const INFO_FOLDER = join("objects", "info");
/** Here what tells of the objects of packs stays, when git removes the packs. */
const TAKEN_FOLDER = "taken";

type Options = {
  readonly cache: ObjectCache;
  /** What it has need not be brought. */
  readonly viewGitDir: string;
  readonly signal: AbortSignal;
};

export function fileName(name: ObjectName, ending: string): string {
  return `pack-${name}.${ending}`;
}

export function indexOf(folder: string, name: ObjectName): string {
  return join(folder, TAKEN_FOLDER, fileName(name, "idx"));
}

/** Of a pack that has been taken, whether or not it is still there. */
export function agesOf(folder: string, { name, sections, namedAt }: LivePack): PackAges {
  return {
    index: indexOf(folder, name),
    mtimes: sections.mtimes === undefined ? undefined : join(folder, TAKEN_FOLDER, fileName(name, "mtimes")),
    madeAt: namedAt,
  };
}

/** Links packs into a repository, with the times by which git judges how old their objects are. */
export async function takePacks(
  { cache, viewGitDir, signal }: Options,
  folder: string,
  packs: readonly LivePack[],
): Promise<void> {
  const [packFolder, takenFolder] = [join(folder, PACK_FOLDER), join(folder, TAKEN_FOLDER)];
  await makeFolders(takenFolder);
  const missing: LivePack[] = [];
  for (const pack of packs)
    if (!(await linkFiles(pack, join(viewGitDir, PACK_FOLDER), packFolder))) missing.push(pack);
  await cache.linkInto(packFolder, missing, signal);
  for (const { name, sections, namedAt } of packs) {
    // The file has the time when it came to this machine.
    await utimes(join(packFolder, fileName(name, "pack")), namedAt, namedAt);
    for (const ending of ["idx", "mtimes"])
      if (sections[ending] !== undefined)
        await link(join(packFolder, fileName(name, ending)), join(takenFolder, fileName(name, ending)));
  }
}

/** @returns false if one of them is not there. */
async function linkFiles({ name, sections }: LivePack, from: string, to: string): Promise<boolean> {
  for (const { ending } of sectionsInOrder(sections)) {
    try {
      await link(join(from, fileName(name, ending)), join(to, fileName(name, ending)));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return false;
      throw error;
    }
  }
  return true;
}

/** Links the commit graph: git takes from it what it has of each commit, such as the changed paths. */
export async function takeGraph(
  { cache, signal }: Options,
  folder: string,
  { packs, dropNumber }: PackLook,
): Promise<void> {
  const graph = packs.findLast((pack) => pack.kind === "graph" && pack.dropNumber === dropNumber);
  if (graph === undefined) return;
  await cache.linkInto(join(folder, INFO_FOLDER), [graph], signal);
  await rename(join(folder, INFO_FOLDER, fileName(graph.name, "graph")), join(folder, COMMIT_GRAPH));
}
