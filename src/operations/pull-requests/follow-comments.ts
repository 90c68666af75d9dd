import { isDeepStrictEqual } from "node:util";
import { findMergeBase } from "../../git/diffs/find-merge-base.ts";
import {
  type FilePlace,
  type FollowedPlace,
  findOldPaths,
  followPlaces,
} from "../../git/diffs/follow-lines.ts";
import type { GitOptions } from "../../git/process/git-process.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { InlineLocation } from "../../model/comment.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { CommentAnchor } from "../../model/pull-request-comment.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type AnchoredComment,
  listStrayComments,
  type MovedComment,
  moveComments,
  type PullRequestSides,
} from "../../storage/sql/pull-requests/comment-anchors.ts";
import { getLockedPullRequest } from "./whole-pull-request.ts";

export type FollowPorts = Pick<Ports, "database" | "packs" | "objects">;

/** Comments that one call follows, and pairs of commits that it follows them between. The next call takes the others. */
const COMMENTS_MAX = 2000;
const MOVES_MAX = 8;

/**
 * Moves the inline comments of a pull request to where their lines are now, or marks them outdated. Where they are is
 * stored, so that it is worked out once after the source has moved, and stays known when the commits are gone. This happens
 * when somebody reads or writes comments and not with the push, which may move a thousand pull requests.
 *
 * A comment is followed from where it was the last time. As every new comment has the others followed first, nearly all
 * are of the same commits: there are one or two comparisons however many comments and pushes there were.
 *
 * @returns false if nothing has changed.
 */
export async function followComments(
  ports: FollowPorts,
  by: By,
  pullRequest: PullRequest,
  takeSlot: TakeSlot,
): Promise<boolean> {
  const { repositoryUuid, source, destination } = pullRequest;
  const sides = { source: source.commit, destination: destination.commit };
  const listed = await listStrayComments(ports.database.kysely, pullRequest, sides, COMMENTS_MAX);
  // While the destination has no branch there is no old side to follow lines to.
  const strays = listed.filter(({ inline }) => destination.commit !== undefined || inline.from === undefined);
  if (strays.length === 0) return false;
  const groups = [...Map.groupBy(strays, ({ anchor }) => `${anchor.source} ${anchor.base}`).values()];
  const moves = await withRepository(ports.packs, repositoryUuid, async ({ gitDir }) => {
    const git = { gitDir, takeSlot, signal: by.signal };
    const done: { readonly from: AnchoredComment; readonly moved: readonly MovedComment[] }[] = [];
    for (const group of groups.slice(0, MOVES_MAX))
      done.push({ from: group[0]!, moved: await followGroup(ports, git, group, sides) });
    return done;
  });
  await by.transaction(async (tx) => {
    const now = await getLockedPullRequest(tx, pullRequest);
    // Somebody may have pushed, and somebody else may have followed the comments there: they must not be moved back.
    if (now.source.commit !== sides.source) return;
    for (const { from, moved } of moves)
      if (from.anchor.base === undefined || now.destination.commit === sides.destination)
        await moveComments(tx, from.anchor, moved);
  });
  return true;
}

type FollowOptions = GitOptions & { readonly signal: AbortSignal };

/** All of `group` are of the same commits. If these are not there any more, all are outdated. */
async function followGroup(
  { objects }: FollowPorts,
  git: FollowOptions,
  group: readonly AnchoredComment[],
  sides: PullRequestSides,
): Promise<readonly MovedComment[]> {
  const { anchor } = group[0]!;
  if ((await objects.readHeader(git.gitDir, anchor.source)) === undefined) return group.map(outdate);
  const onOld = group.filter(({ inline }) => inline.from !== undefined);
  const base = onOld.length === 0 ? undefined : await findBase(git, sides);
  const oldPaths = await findPathsOnOldSide(
    git,
    onOld.map(({ inline }) => inline),
    anchor,
  );
  // What was renamed is shown by its new name, also beside a line of the old side.
  const onNew = group.filter(({ inline }) => isOnNewSide(inline) || oldPaths.has(inline.path));
  const newPlaces = await followSide(git, onNew, placeOnNewSide, [anchor.source, sides.source]);
  const oldPlaces = await followSide(git, onOld, (inline) => placeOnOldSide(inline, oldPaths), [
    anchor.base,
    base,
  ]);
  return group.map((comment) =>
    moveComment(comment, [newPlaces.get(comment.id), oldPlaces.get(comment.id)], { ...sides, base }),
  );
}

export function findBase(
  git: FollowOptions,
  { source, destination }: PullRequestSides,
): Promise<ObjectId | undefined> {
  return destination === undefined ? Promise.resolve(undefined) : findMergeBase(git, destination, source);
}

/** What the files of these are called on the old side, by what they are called on the new one, where that is not the same. */
export async function findPathsOnOldSide(
  git: FollowOptions,
  inlines: readonly InlineLocation[],
  { base, source }: Pick<CommentAnchor, "base" | "source">,
): Promise<ReadonlyMap<string, string>> {
  if (base === undefined || inlines.length === 0) return new Map();
  return findOldPaths({ ...git, old: base, new: source }, new Set(inlines.map(({ path }) => path)));
}

/** Lines of the new side, or the file itself. */
export function isOnNewSide({ from, to }: InlineLocation): boolean {
  return to !== undefined || from === undefined;
}

export function placeOnNewSide({ path, to, startTo }: InlineLocation): FilePlace {
  return { path, lines: to === undefined ? undefined : { first: startTo ?? to, last: to } };
}

/** @param oldPaths as by `findPathsOnOldSide`. */
export function placeOnOldSide(
  { path, from, startFrom }: InlineLocation,
  oldPaths: ReadonlyMap<string, string>,
): FilePlace {
  return {
    path: oldPaths.get(path) ?? path,
    lines: from === undefined ? undefined : { first: startFrom ?? from, last: from },
  };
}

/** By the ids of the comments. */
async function followSide(
  git: FollowOptions,
  comments: readonly AnchoredComment[],
  placeOf: (inline: InlineLocation) => FilePlace,
  [old, new_]: readonly [ObjectId | undefined, ObjectId | undefined],
): Promise<ReadonlyMap<number, FollowedPlace>> {
  const places = comments.map(({ inline }) => placeOf(inline));
  const followed =
    old === undefined || new_ === undefined
      ? places.map(() => ({ kind: "outdated" as const }))
      : await followPlaces({ ...git, old, new: new_ }, places);
  return new Map(comments.map(({ id }, index) => [id, followed[index]!]));
}

function outdate({ id, anchor }: AnchoredComment): MovedComment {
  return { id, inline: undefined, anchor: { ...anchor, isOutdated: true } };
}

function moveComment(
  comment: AnchoredComment,
  [onNew, onOld]: readonly [FollowedPlace | undefined, FollowedPlace | undefined],
  now: PullRequestSides & { readonly base: ObjectId | undefined },
): MovedComment {
  const { id, inline } = comment;
  if (onOld?.kind === "outdated" || (isOnNewSide(inline) && onNew?.kind === "outdated"))
    return outdate(comment);
  const newPlace = onNew?.kind === "moved" ? onNew.place : undefined;
  const moved: InlineLocation = {
    path: newPlace?.path ?? onOld?.place.path ?? inline.path,
    to: newPlace?.lines?.last,
    startTo: inline.startTo === undefined ? undefined : newPlace?.lines?.first,
    from: onOld?.place.lines?.last,
    startFrom: inline.startFrom === undefined ? undefined : onOld?.place.lines?.first,
  };
  return {
    id,
    inline: isDeepStrictEqual(moved, inline) ? undefined : moved,
    anchor: {
      source: now.source,
      destination: now.destination,
      base: onOld === undefined ? undefined : now.base,
      isOutdated: false,
    },
  };
}
