import type { FilePlace } from "../../git/diffs/follow-lines.ts";
import { findEntry } from "../../git/objects/read-tree.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { InlineLocation } from "../../model/comment.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { CommentAnchor } from "../../model/pull-request-comment.ts";
import type { By } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type FollowPorts,
  findBase,
  findPathsOnOldSide,
  isOnNewSide,
  placeOnNewSide,
  placeOnOldSide,
} from "./follow-comments.ts";

/** In larger files every line is taken to be there. */
const READ_BYTES_MAX = 1024 * 1024;

/**
 * The commits that a new inline comment is of. Recorded: any path and any line is accepted (contract, pull-requests.md §8);
 * one that is not there is outdated from the beginning.
 */
export async function anchorComment(
  ports: FollowPorts,
  { signal }: Pick<By, "signal">,
  { repositoryUuid, source, destination }: PullRequest,
  inline: InlineLocation,
  takeSlot: TakeSlot,
): Promise<CommentAnchor> {
  const sides = { source: source.commit, destination: destination.commit };
  return withRepository(ports.packs, repositoryUuid, async ({ gitDir }) => {
    const isOnOldSide = inline.from !== undefined;
    const git = { gitDir, takeSlot, signal };
    const base = isOnOldSide ? await findBase(git, sides) : undefined;
    const oldPaths = await findPathsOnOldSide(git, [inline], { base, source: source.commit });
    const isThere =
      (!isOnNewSide(inline) || (await hasPlace(ports, gitDir, source.commit, placeOnNewSide(inline)))) &&
      (!isOnOldSide || (await hasPlace(ports, gitDir, base, placeOnOldSide(inline, oldPaths))));
    return { ...sides, base, isOutdated: !isThere };
  });
}

async function hasPlace(
  { objects }: FollowPorts,
  gitDir: string,
  commitId: ObjectId | undefined,
  { path, lines }: FilePlace,
): Promise<boolean> {
  const commit = commitId && (await objects.readCommit(gitDir, commitId));
  if (commit === undefined) return false;
  try {
    const entry = await findEntry({ gitDir, objects }, commit.tree, path);
    if (entry === undefined || entry.kind === "directory") return false;
    if (lines === undefined) return true;
    const object = await objects.readObjectUpTo(gitDir, entry.id, READ_BYTES_MAX);
    return object === undefined || lines.last <= countLines(object.content);
  } catch (error) {
    // A folder on the way has too many entries to look for one.
    if (error instanceof Failure && error.kind === "too-large") return true;
    throw error;
  }
}

function countLines(content: Buffer): number {
  let lines = 0;
  let start = 0;
  for (; start < content.length; lines += 1) {
    const end = content.indexOf("\n", start);
    start = end === -1 ? content.length : end + 1;
  }
  return lines;
}
