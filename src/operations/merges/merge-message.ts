import type { MergeStrategy } from "../../model/merge-strategy.ts";

/** What a message tells of a merge that the caller gave no message for. */
export type MergeToDescribe = {
  readonly strategy: MergeStrategy;
  readonly id: number;
  readonly title: string;
  readonly sourceBranch: string;
  /** The full name of the fork that the source is in; undefined for the same repository. */
  readonly sourceRepository: string | undefined;
  /** Display names, in the order of their approvals. */
  readonly approvers: readonly string[];
  /** Messages of the commits that are squashed, oldest first. */
  readonly squashed: readonly string[];
};

/** Beyond these the list of squashed messages is cut, as it is on Bitbucket, which says no number. */
export const SQUASHED_MESSAGES_MAX = 100;
const SQUASHED_LENGTH_MAX = 32 * 1024;

/**
 * The message of a merge commit or of a squashed commit: contract, pull-requests.md §12.4. The first part is recorded; the
 * form of the list is reported.
 */
export function defaultMergeMessage(merge: MergeToDescribe): string {
  const { id, title, sourceBranch, sourceRepository } = merge;
  const source = sourceRepository === undefined ? sourceBranch : `${sourceRepository}/${sourceBranch}`;
  const paragraphs = [`Merged in ${source} (pull request #${id})`, oneLine(title)];
  if (isSquash(merge.strategy)) paragraphs.push(...listSquashed(merge.squashed));
  if (merge.approvers.length > 0)
    paragraphs.push(merge.approvers.map((name) => `Approved-by: ${oneLine(name)}`).join("\n"));
  return `${paragraphs.join("\n\n")}\n`;
}

export function isSquash(strategy: MergeStrategy): boolean {
  return strategy === "squash" || strategy === "squash_fast_forward";
}

function listSquashed(messages: readonly string[]): readonly string[] {
  const listed: string[] = [];
  let left = SQUASHED_LENGTH_MAX;
  for (const message of messages.slice(0, SQUASHED_MESSAGES_MAX)) {
    const item = `* ${message.trim()}`;
    left -= item.length;
    if (left < 0) break;
    listed.push(item);
  }
  return listed.length < messages.length ? [...listed, "..."] : listed;
}

/** A line of its own in a title or a name could say that somebody has approved. */
function oneLine(text: string): string {
  const lines = text.split(/[\n\r\v\f\u0085\u2028\u2029]/).map((line) => line.trim());
  return lines.filter((line) => line !== "").join(" ");
}
