import { bytesToText } from "../../model/byte-text.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ports } from "../../ports.ts";
import { type Highlighted, highlight } from "../../representations/highlighting/highlight.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { ComparedCommits } from "./diffs.ts";
import type { ChangedFile, DiffPage } from "./file-diffs.ts";

/** The colours of both sides of a file. */
export type FileColours = {
  readonly old: Highlighted | undefined;
  readonly new: Highlighted | undefined;
};

/** Larger files are shown without colours in a diff. Both sides are decoded, whole. */
const FILE_BYTES_MAX = 256 * 1024;
const PAGE_BYTES_MAX = 2 * 1024 * 1024;
/** Nobody waits longer for the colours of a page. Those that come later are there the next time. */
const TIME_LIMIT_MS = 100;

/**
 * The colours of the files of which lines are shown. A file is highlighted whole, since only its beginning tells whether a
 * line is in a comment.
 *
 * @throws the signal's reason.
 */
export async function findDiffColours(
  { packs, objects }: Pick<Ports, "packs" | "objects">,
  { workplace, alternate }: Pick<ComparedCommits, "workplace" | "alternate">,
  page: DiffPage,
  signal: AbortSignal,
): Promise<ReadonlyMap<ChangedFile, FileColours>> {
  const colours = new Map<ChangedFile, FileColours>();
  let bytesLeft = PAGE_BYTES_MAX;
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  const isOver = new Promise<undefined>((resolve) => {
    timeLimit.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  async function readText(id: ObjectId): Promise<string | undefined> {
    for (const uuid of [workplace, alternate]) {
      if (uuid === undefined || bytesLeft <= 0) return undefined;
      const found = await withRepository(packs, uuid, ({ gitDir }) =>
        objects.readObjectUpTo(gitDir, id, Math.min(FILE_BYTES_MAX, bytesLeft)),
      );
      if (found?.type !== "blob") continue;
      bytesLeft -= found.content.length;
      return bytesToText(found.content);
    }
    return undefined;
  }

  async function highlightSide(
    side: { readonly id: ObjectId; readonly path: string | undefined },
    lineMax: number,
  ): Promise<Highlighted | undefined> {
    const { id, path } = side;
    if (path === undefined || lineMax === 0 || timeLimit.aborted) return undefined;
    const text = await readText(id);
    return text === undefined
      ? undefined
      : highlight({ id, path, text, lineMax }, { repositoryUuid: workplace, signal });
  }

  for (const { file, hunks, content } of page.files) {
    if (content !== "lines" || file.isSubmodule) continue;
    if (timeLimit.aborted) break;
    const rows = hunks.flatMap((hunk) => hunk.rows);
    const last = (side: "oldLine" | "newLine") => rows.reduce((max, row) => Math.max(max, row[side] ?? 0), 0);
    const found = Promise.all([
      highlightSide({ id: file.oldId, path: file.oldPath }, last("oldLine")),
      highlightSide({ id: file.newId, path: file.newPath }, last("newLine")),
    ]);
    found.catch(() => {});
    const sides = await Promise.race([found, isOver]);
    signal.throwIfAborted();
    if (sides !== undefined) colours.set(file, { old: sides[0], new: sides[1] });
  }
  return colours;
}
