import type { Commit } from "../../git/objects/commit.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { type Html, html, joined, NOTHING } from "../html.ts";
import type { Translate } from "../translate.ts";
import { visibleText } from "./visible-text.ts";

const SUMMARY_LENGTH_MAX = 200;
const BODY_LENGTH_MAX = 20_000;

/** The first line of a message. */
export function commitSummary(t: Translate, { message }: Pick<Commit, "message">): Html {
  const line = firstLine(message);
  if (line === "") return t(commitTexts.noMessage);
  return html`<bdi>${visibleText(line.length > SUMMARY_LENGTH_MAX ? `${line.slice(0, SUMMARY_LENGTH_MAX)}…` : line)}</bdi>`;
}

function firstLine(message: string): string {
  return message.trimStart().split("\n", 1)[0]!.trim();
}

/** What follows the first line, as it was written. */
export function commitBody(
  t: Translate,
  { message, isMessageCut }: Pick<Commit, "message" | "isMessageCut">,
): Html {
  const text = message.trimStart();
  const first = text.split("\n", 1)[0]!;
  // A first line that the title cuts is repeated.
  const body = (first.trim().length > SUMMARY_LENGTH_MAX ? text : text.slice(first.length)).trim();
  if (body === "") return NOTHING;
  const isCut = isMessageCut === true || body.length > BODY_LENGTH_MAX;
  const lines = body.slice(0, BODY_LENGTH_MAX).replaceAll("\r\n", "\n").split("\n").map(visibleText);
  return html`<div class="prose"><pre dir="auto">${joined(lines, "\n")}</pre>${isCut && html`<p class="dim">${t(commitTexts.messageCut)}</p>`}</div>`;
}
