import { isDeepStrictEqual } from "node:util";
import { findMergeBase } from "../../git/diffs/find-merge-base.ts";
import { type FilePlace, type FollowedPlace, followPlaces } from "../../git/diffs/follow-lines.ts";
import type { GitOptions } from "../../git/process/git-process.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { InlineLocation } from "../../model/comment.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
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

/** All of `group` are of the same commits. */
async function followGroup(
  ports: FollowPorts,
  git: FollowOptions,
  group: readonly AnchoredComment[],
  sides: PullRequestSides,
): Promise<readonly MovedComment[]> {
  const { anchor } = group[0]!;
  const onNew = group.filter(({ inline }) => isOnNewSide(inline));
  const onOld = group.filter(({ inline }) => inline.from !== undefined);
  const base = onOld.length === 0 ? undefined : await findBase(git, sides);
  const newPlaces = await followSide(ports, git, onNew, placeOnNewSide, [anchor.source, sides.source]);
  const oldPlaces = await followSide(ports, git, onOld, placeOnOldSide, [anchor.base, base]);
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

/** Lines of the new side, or the file itself. */
export function isOnNewSide({ from, to }: InlineLocation): boolean {
  return to !== undefined || from === undefined;
}

export function placeOnNewSide({ path, to, startTo }: InlineLocation): FilePlace {
  return { path, lines: to === undefined ? undefined : { first: startTo ?? to, last: to } };
}

export function placeOnOldSide({ path, from, startFrom }: InlineLocation): FilePlace {
  return { path, lines: from === undefined ? undefined : { first: startFrom ?? from, last: from } };
}

/** By the ids of the comments. Where one of the commits is not there any more, all are outdated. */
async function followSide(
  { objects }: FollowPorts,
  git: FollowOptions,
  comments: readonly AnchoredComment[],
  placeOf: (inline: InlineLocation) => FilePlace,
  [old, new_]: readonly [ObjectId | undefined, ObjectId | undefined],
): Promise<ReadonlyMap<number, FollowedPlace>> {
  if (comments.length === 0) return new Map();
  const places = comments.map(({ inline }) => placeOf(inline));
  const isThere =
    old !== undefined && new_ !== undefined && (await objects.readHeader(git.gitDir, old)) !== undefined;
  const followed = isThere
    ? await followPlaces({ ...git, old, new: new_ }, places)
    : places.map(() => ({ kind: "outdated" as const }));
  return new Map(comments.map(({ id }, index) => [id, followed[index]!]));
}

function moveComment(
  { id, inline, anchor }: AnchoredComment,
  [onNew, onOld]: readonly [FollowedPlace | undefined, FollowedPlace | undefined],
  now: PullRequestSides & { readonly base: ObjectId | undefined },
): MovedComment {
  if (onNew?.kind === "outdated" || onOld?.kind === "outdated")
    return { id, inline: undefined, anchor: { ...anchor, isOutdated: true } };
  const moved: InlineLocation = {
    path: (onNew ?? onOld)?.place.path ?? inline.path,
    to: onNew?.place.lines?.last,
    startTo: inline.startTo === undefined ? undefined : onNew?.place.lines?.first,
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
