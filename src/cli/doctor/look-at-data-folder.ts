import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readFolderRoom } from "../../storage/data-folder/folder-room.ts";
import { findLockHolder } from "../../storage/processes/file-lock.ts";
import { SERVER_LOCK } from "../start/lock-data-folder.ts";
import { type Finding, failing, ok, warning } from "./finding.ts";

const CHECK = "data folder";
const GIB = 1024 ** 3;
/** A few large pushes. */
const ROOM_BYTES_LOW = GIB;
/** Of everyone but the owner. */
const OTHERS_MODE = 0o077;

/** Linux, `statfs(2)`: file systems that keep no data, or lock no files. */
const FILE_SYSTEMS: ReadonlyMap<number, readonly [name: string, problem: string, remedy: string]> = new Map([
  [
    0x01021994,
    ["tmpfs", "is in memory: everything is lost when the machine restarts", "choose a folder on a disk"],
  ],
  [
    0x794c7630,
    ["overlayfs", "is a layer of a container: everything is lost with it", "mount a volume there"],
  ],
  [0x6969, ["NFS", "is on the network: SQLite and locks are not safe there", "choose a local disk"]],
  [0xff534d42, ["CIFS", "is on the network: SQLite and locks are not safe there", "choose a local disk"]],
]);

export async function lookAtDataFolder(folder: string): Promise<readonly Finding[]> {
  const state = statSync(folder, { throwIfNoEntry: false });
  if (state === undefined) return [ok(CHECK, `${folder} is not there yet: pail serve begins it`)];
  if (!state.isDirectory())
    return [failing(CHECK, `${folder} is no folder`, "choose another one with --data")];
  const room = await readFolderRoom(folder);
  if (room.kind === "not-writable")
    return [
      failing(CHECK, `${folder} cannot be written to`, "give it to the user that runs the server (chown -R)"),
    ];
  const free = `${(room.freeBytes / GIB).toFixed(1)} GiB free`;
  const remedy = "free some space, or lower --fetch-cache-bytes-max";
  const roomFinding =
    room.kind === "full"
      ? failing("disk", `${folder}: no room (${free})`, remedy)
      : room.freeBytes < ROOM_BYTES_LOW
        ? warning("disk", `${folder}: ${free}`, remedy)
        : ok("disk", `${folder}: ${free}`);
  const isOpen = (state.mode & OTHERS_MODE) !== 0;
  return [
    isOpen
      ? warning(CHECK, `other users of this machine can enter ${folder}`, `chmod 700 ${folder}`)
      : ok(CHECK, `${folder} is this user's alone${describeServer(folder)}`),
    roomFinding,
    ...lookAtFileSystem(folder),
    lookAtSync(folder),
  ];
}

/** It may listen on another port than the one of these settings. */
function describeServer(folder: string): string {
  const processId = findLockHolder(join(folder, SERVER_LOCK));
  return processId === undefined ? "" : `, and a server (process ${processId}) is using it`;
}

function lookAtFileSystem(folder: string): readonly Finding[] {
  const found = FILE_SYSTEMS.get(statfsSync(folder).type);
  if (found === undefined) return [];
  const [name, problem, remedy] = found;
  return [warning("file system", `${folder} ${problem} (${name})`, remedy)];
}

/** What was acknowledged has to be on the disk: a small file is written and synced, and taken away again. */
function lookAtSync(folder: string): Finding {
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    const begun = performance.now();
    for (const path of [file, folder]) {
      const descriptor = openSync(path, path === file ? "wx" : "r", 0o600);
      try {
        if (path === file) writeSync(descriptor, Buffer.alloc(4096));
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
    const tookMs = performance.now() - begun;
    const text = `a file of 4 KiB is synced in ${tookMs.toFixed(1)} ms`;
    return tookMs > SYNC_MS_SLOW
      ? warning("sync", text, "each push waits for it: choose a faster disk")
      : ok("sync", text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failing("sync", `files in ${folder} cannot be synced (${code})`, "choose another file system");
  } finally {
    rmSync(file, { force: true });
  }
}

const SYNC_MS_SLOW = 200;
