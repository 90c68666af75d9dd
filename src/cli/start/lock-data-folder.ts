import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { type FileLock, takeFileLock } from "../../storage/processes/file-lock.ts";
import { errorCode } from "../../storage/sql/database-failure.ts";

/** Lies in the data folder. */
export const SERVER_LOCK = "server.lock";

/**
 * Keeps a second server from the same data folder: each has caches and jobs of its own, which know of no other server. The
 * processes of one server share the lock of the first. Commands need none: they may run beside a server.
 *
 * @throws Failure unavailable if another server has it.
 */
export async function lockDataFolder(dataFolder: string): Promise<FileLock> {
  requireWritableFolder(dataFolder);
  const outcome = await takeFileLock(join(dataFolder, SERVER_LOCK));
  if (outcome.kind === "taken") return outcome.lock;
  const { processId } = outcome;
  const holder = processId === undefined ? "another server" : `another server (process ${processId})`;
  throw new Failure(
    "unavailable",
    `Cannot start: ${holder} is using the data folder ${dataFolder}: stop it first, or choose another folder with --data`,
  );
}

function requireWritableFolder(dataFolder: string): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  try {
    accessSync(dataFolder, constants.W_OK);
  } catch (error) {
    const code = errorCode(error);
    throw new Failure(
      "unavailable",
      `Cannot start: the data folder ${dataFolder} can only be read`,
      code === undefined ? {} : { reason: code },
    );
  }
}
