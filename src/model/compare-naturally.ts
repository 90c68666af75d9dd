/**
 * Compares texts as people order them: runs of digits by their value, everything else by code points. `v9` comes before
 * `v10`, and of two texts that are equal so far as values go the one that is smaller by its characters.
 */
export function compareNaturally(a: string, b: string): number {
  const [ours, theirs] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.min(ours.length, theirs.length); index += 1) {
    const order = compareParts(ours[index]!, theirs[index]!);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length || compareText(a, b);
}

function partsOf(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? [];
}

function compareParts(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compareText(a, b);
  const [ours, theirs] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  // Of any length, so not by the number: the longer one is the greater.
  return ours.length - theirs.length || compareText(ours, theirs);
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
