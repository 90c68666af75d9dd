import type { Token } from "../../representations/highlighting/encoded-tokens.ts";
import { type CountedMarkup, visibleMarkup } from "./visible-text.ts";

/** A part of a line that is set off: words that were added or removed. */
export type Mark = { readonly start: number; readonly end: number; readonly element: "ins" | "del" };

/** A line of code: its colours, and what is set off in it. Both in their order, without overlap. */
export function codeText(text: string, tokens: readonly Token[], marks: readonly Mark[] = []): CountedMarkup {
  if (tokens.length === 0 && marks.length === 0) return visibleMarkup(text);
  let markup = "";
  let nodes = 0;
  let at = 0;
  const add = (part: CountedMarkup) => {
    markup += part.markup;
    nodes += part.nodes;
  };
  for (const { start, end, element } of marks) {
    add(coloured(text, at, start, tokens));
    markup += `<${element}>`;
    nodes += 1;
    add(coloured(text, start, end, tokens));
    markup += `</${element}>`;
    at = end;
  }
  add(coloured(text, at, text.length, tokens));
  return { markup, nodes };
}

function coloured(text: string, start: number, end: number, tokens: readonly Token[]): CountedMarkup {
  let markup = "";
  let nodes = 0;
  let at = start;
  const addPart = (to: number, kind?: string) => {
    if (to <= at) return;
    const part = visibleMarkup(text.slice(at, to));
    markup += kind === undefined ? part.markup : `<span class="${kind}">${part.markup}</span>`;
    nodes += part.nodes + (kind === undefined ? 0 : 1);
    at = to;
  };
  for (const token of tokens) {
    if (token.end <= at || token.start >= end) continue;
    addPart(Math.min(token.start, end));
    addPart(Math.min(token.end, end), token.kind);
  }
  addPart(end);
  return { markup, nodes };
}
