/** What a run of characters is: keyword, string, value (a number or literal), function or title, comment. As classes of the stylesheet. */
export type TokenKind = "k" | "s" | "v" | "f" | "o";

export const TOKEN_KINDS: readonly TokenKind[] = ["k", "s", "v", "f", "o"];

/** A run within one line, in UTF-16 code units from the line's beginning, the end not included. */
export type Token = { readonly start: number; readonly end: number; readonly kind: TokenKind };

/**
 * The tokens of a text, compact enough to be cached and handed over by a worker without a copy: for each token its start, its end and
 * its kind; and for each line where its tokens begin.
 */
export type EncodedTokens = { readonly firstOfLine: Uint32Array; readonly tokens: Uint32Array };

export const NUMBERS_PER_TOKEN = 3;

/** The tokens of a line, the first of which is 1, in their order and without overlap. Beyond the last line there are none. */
export function tokensOfLine({ firstOfLine, tokens }: EncodedTokens, line: number): Token[] {
  const first = firstOfLine[line - 1];
  const end = firstOfLine[line] ?? tokens.length;
  const found: Token[] = [];
  if (first === undefined) return found;
  for (let at = first; at < end; at += NUMBERS_PER_TOKEN)
    found.push({ start: tokens[at]!, end: tokens[at + 1]!, kind: TOKEN_KINDS[tokens[at + 2]!]! });
  return found;
}
