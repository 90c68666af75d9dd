import type { CommitStatusState } from "../../model/commit-status.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { type Html, html } from "../html.ts";
import type { Entry, Translate } from "../translate.ts";
import { type MarkKind, mark } from "./mark.ts";

const MARKS: { readonly [State in CommitStatusState]: readonly [MarkKind, Entry] } = {
  FAILED: ["failed", commitTexts.failed],
  INPROGRESS: ["waiting", commitTexts.running],
  STOPPED: ["warning", commitTexts.stopped],
  SUCCESSFUL: ["passed", commitTexts.passed],
};

export function buildMark(t: Translate, state: CommitStatusState): Html {
  const [kind, word] = MARKS[state];
  return mark(kind, t(word));
}

export function buildWord(t: Translate, state: CommitStatusState): Html {
  return t(MARKS[state][1]);
}

/** What is told of several builds of a commit: the worst of them, and how many there are. */
export function buildsMark(
  t: Translate,
  counts: ReadonlyMap<CommitStatusState, number>,
  address: string,
): Html {
  const worst = (["FAILED", "INPROGRESS", "STOPPED", "SUCCESSFUL"] as const).find((state) =>
    counts.has(state),
  )!;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return html`${buildMark(t, worst)} <a href="${address}">${t(commitTexts.buildCount, { n: all })}</a>`;
}
