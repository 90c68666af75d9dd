import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";

/** Less than this is too little to take a push. */
export const ROOM_BYTES_MIN = 64 * 1024 * 1024;

export type FolderRoom =
  | { readonly kind: "writable"; readonly freeBytes: number }
  | { readonly kind: "full"; readonly freeBytes: number }
  /** It is not there, on a disk that is only read, or somebody else's. */
  | { readonly kind: "not-writable" };

/** Whether a folder can be written to, and has room for a while. Writes nothing. */
export async function readFolderRoom(folder: string): Promise<FolderRoom> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize, files, ffree } = await statfs(folder);
    const freeBytes = bavail * bsize;
    // File systems that make inodes as they are needed say 0 of both.
    const hasInodes = files === 0 || ffree > 0;
    return { kind: hasInodes && freeBytes >= ROOM_BYTES_MIN ? "writable" : "full", freeBytes };
  } catch {
    return { kind: "not-writable" };
  }
}
