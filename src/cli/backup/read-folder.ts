import { resolve } from "node:path";
import { UsageError } from "../terminal/problem.ts";

/**
 * The folder of a backup as a whole path.
 *
 * @throws UsageError if it is a URL: as a path it would be a folder below the working directory that nobody looks for.
 */
export function readFolder(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw new UsageError(`${text}: must be a folder of this machine: backups are written to no other place`);
  return resolve(text);
}
