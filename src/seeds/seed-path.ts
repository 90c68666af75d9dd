/** Where a value is in a seed: names of fields, and numbers of entries of lists from 0. */
export type SeedPath = readonly (string | number)[];

/** Such as `repositories[0].files["a b.txt"]`. */
export function showPath(path: SeedPath): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
