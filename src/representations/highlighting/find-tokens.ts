import { createRequire } from "node:module";
import type { HLJSApi, LanguageFn } from "highlight.js";
import type { EncodedTokens } from "./encoded-tokens.ts";
import { parseTokens } from "./parse-tokens.ts";

const require = createRequire(import.meta.url);

/** What the grammars hand over to others. One that is missing here leaves such parts without colours. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  asciidoc: ["xml"],
  coffeescript: ["javascript"],
  dart: ["markdown"],
  django: ["xml"],
  dockerfile: ["bash"],
  erb: ["xml", "ruby"],
  haml: ["ruby"],
  handlebars: ["xml"],
  javascript: ["xml", "css", "graphql"],
  markdown: ["xml"],
  nix: ["markdown"],
  php: ["xml"],
  twig: ["xml"],
  typescript: ["xml", "css", "graphql"],
  xml: ["css", "javascript"],
};

let opened: HLJSApi | undefined;

/** Only the grammars that are needed are loaded: all of them take a tenth of a second. */
function openHighlighter(language: string): HLJSApi {
  opened ??= require("highlight.js/lib/core") as HLJSApi;
  const needed = [language];
  for (const name of needed) {
    if (opened.getLanguage(name) !== undefined) continue;
    opened.registerLanguage(name, require(`highlight.js/lib/languages/${name}`) as LanguageFn);
    needed.push(...(WITHIN[name] ?? []));
  }
  return opened;
}

/**
 * Highlights a text, however long it takes: some inputs of some grammars take longer than anybody waits.
 *
 * @param language an id of `languages.ts`.
 * @returns undefined if the grammar cannot go on.
 */
export function findTokens(text: string, language: string): EncodedTokens | undefined {
  const { value, errorRaised } = openHighlighter(language).highlight(text, {
    language,
    ignoreIllegals: true,
  });
  return errorRaised === undefined ? parseTokens(value, text) : undefined;
}
