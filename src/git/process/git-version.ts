import { Failure } from "../../model/failure.ts";
import { runGit } from "./git-process.ts";

/** The oldest git that has what is used of it. */
export const GIT_VERSION_MIN = "2.39";

/** @throws Failure unavailable if there is no git on the PATH that is new enough. */
export async function requireGit(): Promise<void> {
  const found = await readGitVersion();
  if (found === undefined)
    throw new Failure(
      "unavailable",
      `git is not on the PATH: install git ${GIT_VERSION_MIN} or newer, Pail cannot work without it`,
    );
  if (!isAtLeast(found, GIT_VERSION_MIN))
    throw new Failure("unavailable", `git ${found} is too old: Pail needs git ${GIT_VERSION_MIN} or newer`);
}

/** @returns such as `2.39.5`; undefined if git cannot be run, or says nothing of the kind. */
export async function readGitVersion(): Promise<string | undefined> {
  try {
    const output = await runGit(["--version"], { gitDir: "/" });
    return parseGitVersion(output.toString());
  } catch {
    return undefined;
  }
}

/** What the server and its maintenance start. */
const COMMANDS = [
  "cat-file",
  "commit-graph",
  "index-pack",
  "merge-tree",
  "pack-objects",
  "repack",
  "rev-list",
  "upload-pack",
];

/** @returns those commands that the server needs and this git does not have. */
export async function findMissingGitCommands(): Promise<readonly string[]> {
  const output = await runGit(["--list-cmds=builtins"], { gitDir: "/" });
  const known = new Set(output.toString().split("\n"));
  return COMMANDS.filter((name) => !known.has(name));
}

/** Of `git version 2.39.5 (Apple Git-154)`, `git version 2.52.0.rc1.windows.1`. */
export function parseGitVersion(text: string): string | undefined {
  return /^git version (\d+\.\d+(?:\.\d+)*)/.exec(text)?.[1];
}

export function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
