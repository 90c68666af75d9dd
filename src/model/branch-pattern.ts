/** A pattern beyond that matches nothing. */
const PATTERN_LENGTH_MAX = 1024;
/** Of `{a,b}`, all of its braces multiplied. Beyond, the pattern matches nothing. */
const ALTERNATIVES_MAX = 100;

/**
 * Whether a pattern of `bitbucket-pipelines.yml` matches the name of a ref as a whole: `*` stands for any characters but slashes,
 * `**` for any characters, `?` for one that is no slash, `{a,b}` for either. Takes time in proportion to the product of both
 * lengths, whatever the pattern.
 *
 * Source: Bitbucket's documentation, "Use glob patterns on the Pipelines yaml file".
 */
export function matchesBranchPattern(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (!isPattern(pattern)) return false;
  return expandBraces(pattern).some((each) => matches(tokensOf(each), name));
}

/** How many characters `matchesBranchPattern` compares with a name: 0 for one that has no pattern in it. */
export function branchPatternLength(pattern: string): number {
  if (!isPattern(pattern)) return 0;
  return expandBraces(pattern).reduce((sum, { length }) => sum + length, 0);
}

function isPattern(text: string): boolean {
  return text.length <= PATTERN_LENGTH_MAX && /[*?{]/.test(text);
}

/** Braces within braces are no alternatives. */
function expandBraces(pattern: string): readonly string[] {
  let expanded = [""];
  for (const part of pattern.split(/(\{[^{}]*\})/)) {
    const alternatives = part.startsWith("{") && part.endsWith("}") ? part.slice(1, -1).split(",") : [part];
    if (expanded.length * alternatives.length > ALTERNATIVES_MAX) return [];
    expanded = expanded.flatMap((before) => alternatives.map((each) => before + each));
  }
  return expanded;
}

function tokensOf(pattern: string): readonly string[] {
  return pattern.match(/\*+|[^*]/gu) ?? [];
}

function matches(tokens: readonly string[], name: string): boolean {
  const letters = [...name];
  // Which prefixes of the name the tokens so far can match.
  let reached = letters.map(() => false);
  reached = [true, ...reached];
  for (const token of tokens) {
    const next = reached.map(() => false);
    for (let at = 0; at <= letters.length; at += 1) {
      const letter = letters[at - 1];
      if (token.startsWith("*")) {
        const takesLetter = at > 0 && next[at - 1]! && (token.length > 1 || letter !== "/");
        next[at] = reached[at]! || takesLetter;
      } else if (at > 0 && reached[at - 1]!) {
        next[at] = token === "?" ? letter !== "/" : token === letter;
      }
    }
    reached = next;
  }
  return reached.at(-1)!;
}
