import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { isAlive } from "./processes/process-table.ts";

/** A file system in memory, with Linux. In a container it is often of 64 MB, which is far too small. */
const IN_MEMORY = "/dev/shm";
/** With the number of the run's process. */
const NAME = /^pail-tests-(?<processId>\d+)-/;
/** A whole run needs less than 3 GiB of it at once. */
const FREE_BYTES_MIN = 8 * 2 ** 30;

/**
 * Has all temporary files of a run in memory, where there is enough of it. Data folders are made there, and what every commit
 * waits for is then not the disk: on a slow one, tests wait for it half of their time. Whoever sets `TMPDIR` decides.
 *
 * @returns what removes them.
 */
export function prepareMemoryFolder(): () => void {
  if (process.env.TMPDIR !== undefined || !isSpacious()) return () => {};
  removeLeftOver();
  const folder = mkdtempSync(join(IN_MEMORY, `pail-tests-${process.pid}-`));
  // Like any folder for temporary files: some servers of the tests run as another account.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => remove(folder);
}

/** Of runs that were killed: memory that nobody else would ever free. */
function removeLeftOver(): void {
  for (const name of readdirSync(IN_MEMORY)) {
    const { processId } = NAME.exec(name)?.groups ?? {};
    if (processId !== undefined && !isAlive(Number(processId))) remove(join(IN_MEMORY, name));
  }
}

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

function isSpacious(): boolean {
  if (!existsSync(IN_MEMORY) || freemem() < FREE_BYTES_MIN) return false;
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize >= FREE_BYTES_MIN;
}
