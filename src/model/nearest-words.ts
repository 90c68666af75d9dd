const NEAREST_MAX = 3;
/** A longer word is not a typing error, and the comparison costs length times length. */
const WORD_LENGTH_MAX = 100;

/** The known words that are fewest changes away: those that are equally near, at most three. */
export function nearestWords(word: string, known: readonly string[]): readonly string[] {
  const short = word.slice(0, WORD_LENGTH_MAX);
  const distances = known.map((candidate) => ({ candidate, distance: changesBetween(short, candidate) }));
  const least = Math.min(...distances.map(({ distance }) => distance));
  return distances
    .filter(({ distance }) => distance === least)
    .map(({ candidate }) => candidate)
    .slice(0, NEAREST_MAX);
}

/** Levenshtein's distance: characters put in, taken out or exchanged. */
export function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (character === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
