import { Failure } from "../model/failure.ts";

/** Each path is in the answer up to five times, with every byte of it in up to four characters. */
export const PAGE_PATHS_BYTES_MAX = 1024 * 1024;

/** @throws Failure too-large if the paths of one page together are longer than an answer may be. */
export function requirePathsOfPage(paths: readonly ({ readonly length: number } | undefined)[]): void {
  const bytes = paths.reduce((sum, path) => sum + (path?.length ?? 0), 0);
  if (bytes <= PAGE_PATHS_BYTES_MAX) return;
  throw new Failure(
    "too-large",
    `Cannot list them on one page: their paths have ${bytes} bytes, the limit is ${PAGE_PATHS_BYTES_MAX}: ask for fewer with pagelen`,
  );
}
