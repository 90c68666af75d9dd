/** A part of a path between slashes: text with one hole at most, or `**`, any number of parts. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "hole"; readonly before: string; readonly after: string }
  | { readonly kind: "parts" };

/**
 * What paths a fault is for: `/2.0/user`, `/2.0/repositories/{workspace}/*`, `/{workspace}/{repo}.git/git-upload-pack`, `/2.0/**`. A
 * `{name}` and a `*` stand for what has no slash in it, `**` for anything.
 */
export type RoutePattern = { readonly text: string; readonly parts: readonly Part[] };

export const PATTERN_LENGTH_MAX = 1_000;

/** @returns what is wrong with the text, if it is no pattern. */
export function parseRoutePattern(text: string): RoutePattern | string {
  if (!text.startsWith("/") && text !== "**") return "must begin with a slash, such as /2.0/user";
  if (text.length > PATTERN_LENGTH_MAX) return `has ${PATTERN_LENGTH_MAX} characters at most`;
  if (/[?#]/.test(text)) return "is a path: it has no query";
  const parts: Part[] = [];
  for (const word of splitPath(text)) {
    const part = parsePart(word);
    if (part === undefined) return `has more than one hole in ${JSON.stringify(word)}`;
    parts.push(part);
  }
  // Two would have to be tried against each other.
  if (parts.filter(({ kind }) => kind === "parts").length > 1) return "has ** once at most";
  return { text, parts };
}

function parsePart(word: string): Part | undefined {
  if (word === "**") return { kind: "parts" };
  const holes = [...word.matchAll(/\{[^{}]*\}|\*/g)];
  const [hole] = holes;
  if (hole === undefined) return { kind: "text", text: decode(word) };
  if (holes.length > 1) return undefined;
  const end = hole.index + hole[0].length;
  return { kind: "hole", before: decode(word.slice(0, hole.index)), after: decode(word.slice(end)) };
}

/** `target`: a path with or without a query. */
export function matchesPattern({ parts }: RoutePattern, target: string): boolean {
  const path = splitPath(target.split(/[?#]/, 1)[0]!).map(decode);
  return matches(parts, path, (part, word) => {
    if (part.kind === "text") return part.text === word;
    if (part.kind === "parts") return true;
    const { before, after } = part;
    return word.length > before.length + after.length && word.startsWith(before) && word.endsWith(after);
  });
}

/** Whether there is a path that fits both the pattern and a route of the router: `:name` is one part there, a final `*` the rest. */
export function mayMeet({ parts }: RoutePattern, url: string): boolean {
  const route = splitPath(url);
  const isApi = /^(?:2\.0|-|1\.0)$/;
  const [first] = parts;
  // What begins with the name of a workspace is not the API's.
  if (first?.kind === "text" && isApi.test(first.text) && route[0] !== first.text) return false;
  const spansRest = route.at(-1) === "*";
  const words = spansRest ? route.slice(0, -1) : route;
  const meets = (part: Part, word: string) => {
    if (word.includes(":") || part.kind === "parts") return true;
    if (part.kind === "text") return part.text === word;
    return word.startsWith(part.before) && word.endsWith(part.after);
  };
  if (!spansRest) return matches(parts, words, meets);
  // Whatever goes on beyond the words may be the rest.
  const isMany = parts.some(({ kind }) => kind === "parts");
  if (isMany)
    return words.every((word, index) => {
      const many = parts.findIndex(({ kind }) => kind === "parts");
      return index >= many || meets(parts[index]!, word);
    });
  return parts.length >= words.length && words.every((word, index) => meets(parts[index]!, word));
}

function matches(
  parts: readonly Part[],
  words: readonly string[],
  fits: (part: Part, word: string) => boolean,
): boolean {
  const many = parts.findIndex(({ kind }) => kind === "parts");
  if (many === -1)
    return parts.length === words.length && parts.every((part, index) => fits(part, words[index]!));
  const [before, after] = [parts.slice(0, many), parts.slice(many + 1)];
  if (words.length < before.length + after.length) return false;
  const tail = words.slice(words.length - after.length);
  return (
    before.every((part, index) => fits(part, words[index]!)) &&
    after.every((part, index) => fits(part, tail[index]!))
  );
}

/** Without a slash at the end, which the router ignores. */
function splitPath(path: string): readonly string[] {
  return path
    .replace(/(.)\/$/, "$1")
    .replace(/^\//, "")
    .split("/");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
