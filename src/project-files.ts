import { extname } from "node:path";

/**
 * Finds files of Pail beside its code, in a checkout and in the package. A checkout runs the sources, a package the folder
 * `dist`; both stand beside the other folders, and this file is bundled into `dist` itself.
 */

/** A file that is the same in both. @param path from the checkout's root, such as `reference/operations.tsv`. */
export function projectFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

/** A file of code that a thread starts with. @param path from `src`, ending in `.ts`. */
export function entryPoint(path: string): URL {
  return new URL(path.replace(/\.ts$/, extname(import.meta.url)), import.meta.url);
}
