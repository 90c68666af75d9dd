import { chmod, lstat, mkdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { Failure } from "../model/failure.ts";
import { hasCode } from "../storage/files/has-code.ts";

/** sockaddr_un of Linux has 108 bytes, that of macOS 104, with a zero byte at the end. */
export const SOCKET_PATH_BYTES_MAX = 103;

/**
 * Makes sure that a socket can be opened at the path, in a folder that nobody else can enter. A socket that a killed server has left is
 * removed.
 *
 * @throws Failure invalid-input, conflict.
 */
export async function preparePrivateSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX)
    throw new Failure(
      "invalid-input",
      `--control: a socket's path has ${SOCKET_PATH_BYTES_MAX} bytes at most, and this one is longer: ${path}`,
    );
  await makePrivateFolder(dirname(path));
  const found = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Failure("conflict", `--control: ${path} is there, and is no socket`);
  if (await isAnswered(path))
    throw new Failure("conflict", `--control: another server's control listens on ${path}`);
  await rm(path);
}

/** @throws Failure invalid-input if there is such a folder, and others can enter it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await stat(folder);
  if (uid !== process.getuid?.())
    throw new Failure("invalid-input", `--control: the folder ${folder} belongs to somebody else`);
  if ((mode & 0o077) !== 0)
    throw new Failure(
      "invalid-input",
      `--control: others can enter the folder ${folder}: choose one with mode 0700`,
    );
}

/** The socket itself is for its owner too, since a folder may be opened later. */
export async function closeToOthers(path: string): Promise<void> {
  await chmod(path, 0o600);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
