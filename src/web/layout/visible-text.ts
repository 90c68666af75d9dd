import { shownText } from "../../model/byte-text.ts";
import { type Html, trusted } from "../html.ts";

/**
 * What is not seen, or turns the order of what is: control characters but tabs, zero-width characters, marks and overrides of
 * the direction, and the tags of Unicode. Joiners have a meaning between characters beyond ASCII.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\0-\x08\n-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<![^\0-\x7f])[\u200c\u200d]/gu;
const SPECIAL = /[&<>"']/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup, and the number of elements in it. */
export type CountedMarkup = { readonly markup: string; readonly nodes: number };

/**
 * What a stranger wrote, a name or code, with a tag such as `U+202E` for each character that would not be seen as what it
 * is. Bytes that are no UTF-8 are U+FFFD.
 */
export function visibleText(text: string): Html {
  return trusted(visibleMarkup(text).markup);
}

export function visibleMarkup(text: string): CountedMarkup {
  let nodes = 0;
  const markup = shownText(text)
    .replace(SPECIAL, (character) => ENTITIES[character]!)
    .replace(UNSEEN, (character) => {
      nodes += 1;
      const digits = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      return `<span class="tag">U+${digits}</span>`;
    });
  return { markup, nodes };
}
