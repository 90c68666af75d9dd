import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectReader } from "../objects/object-reader.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import type { CommitGraph } from "./commit-graph.ts";
import { listCommits } from "./list-commits.ts";
import { type WalkQuery, walkCommits } from "./walk-commits.ts";

/** A repository whose history is read without a process where the commit graph allows it. */
export type HistorySource = {
  readonly gitDir: string;
  readonly objects: Pick<ObjectReader, "readCommit">;
  readonly graph: CommitGraph;
  readonly signal: AbortSignal;
  readonly takeSlot?: TakeSlot;
};

/** As `listCommits`, by a process only if too much of the history is outside the graph. @throws as `listCommits` does. */
export async function listHistory(
  { gitDir, objects, graph, signal, takeSlot }: HistorySource,
  query: Omit<WalkQuery, "signal">,
): Promise<ObjectId[]> {
  const source = { graph, readCommit: (id: ObjectId) => objects.readCommit(gitDir, id) };
  return (
    (await walkCommits(source, { ...query, signal })) ??
    (await listCommits({ ...query, gitDir, signal, ...(takeSlot === undefined ? {} : { takeSlot }) }))
  );
}

/** Whether `commit` is `tip` itself or in its history, told as `listHistory` does. */
export async function isInHistory(source: HistorySource, commit: ObjectId, tip: ObjectId): Promise<boolean> {
  if (commit === tip) return true;
  const query = { include: [commit], exclude: [tip], skip: 0, limit: 1 };
  return (await listHistory(source, query)).length === 0;
}
