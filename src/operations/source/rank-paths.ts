/** What is shown is short, and a longer search finds nothing. */
const TEXT_LENGTH_MAX = 255;

/** The less the better. */
const NAME_IS = 0;
const NAME_BEGINS = 1;
const NAME_HAS = 2;
const PATH_HAS = 3;
const LETTERS_IN_NAME = 4;
const LETTERS_IN_PATH = 5;
const NONE = 6;

/**
 * The paths that match a search, the best first: those whose name is it, begins with it, has it; whose path has it; and those that
 * have its letters in this order. Among equals the shorter first, then those that came first. Case does not matter, spaces do not
 * count.
 */
export function rankPaths(
  paths: readonly string[],
  search: string,
  limit: number,
): { readonly paths: readonly string[]; readonly count: number } {
  const text = search.slice(0, TEXT_LENGTH_MAX).toLowerCase().replaceAll(" ", "");
  if (text === "") return { paths: paths.slice(0, limit), count: paths.length };
  const ranked: { readonly path: string; readonly rank: number }[] = [];
  for (const path of paths) {
    const rank = rankOf(path.toLowerCase(), text);
    if (rank < NONE) ranked.push({ path, rank });
  }
  ranked.sort((one, other) => one.rank - other.rank || one.path.length - other.path.length);
  return { paths: ranked.slice(0, limit).map(({ path }) => path), count: ranked.length };
}

function rankOf(path: string, text: string): number {
  const nameStart = path.lastIndexOf("/") + 1;
  const found = path.indexOf(text, nameStart);
  if (found === nameStart) return path.length - nameStart === text.length ? NAME_IS : NAME_BEGINS;
  if (found !== -1) return NAME_HAS;
  if (path.includes(text)) return PATH_HAS;
  if (hasLetters(path, nameStart, text)) return LETTERS_IN_NAME;
  return hasLetters(path, 0, text) ? LETTERS_IN_PATH : NONE;
}

function hasLetters(path: string, start: number, text: string): boolean {
  let at = start;
  for (const letter of text) {
    const found = path.indexOf(letter, at);
    if (found === -1) return false;
    at = found + letter.length;
  }
  return true;
}
