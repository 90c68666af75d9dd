import { createReadStream } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One answer of a server below `/2.0`, as the watching processes of a test run write it down. */
export type WatchedAnswer = {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Undefined: not JSON of the API's own, or too long. */
  readonly body: string | undefined;
  /** The test file. */
  readonly from: string;
};

/** Variables of the environment: the folder that answers are written to, and the test file that a server belongs to. */
export const ANSWERS_FOLDER = "TEST_ANSWERS_FOLDER";
export const ANSWERS_FROM = "TEST_ANSWERS_FROM";

const WATCHER = fileURLToPath(new URL("./watch-answers.ts", import.meta.url));

/** From now on every Node process that inherits this environment writes its servers' answers into a folder, a new one if none is given. */
export async function openAnswersFolder(given?: string): Promise<string> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "pail-answers-")));
  await mkdir(folder, { recursive: true });
  // Some servers of the tests run as another account.
  await chmod(folder, 0o777);
  process.env[ANSWERS_FOLDER] = folder;
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --import=${WATCHER}`.trim();
  return folder;
}

/** What a server needs of the environment in order to be watched, where a test gives it an environment of its own. */
export function watchedEnvironment(): Readonly<Record<string, string>> {
  const folder = process.env[ANSWERS_FOLDER];
  if (folder === undefined) return {};
  return {
    NODE_OPTIONS: `--import=${WATCHER}`,
    [ANSWERS_FOLDER]: folder,
    [ANSWERS_FROM]: relative(process.cwd(), process.argv[1] ?? ""),
  };
}

/** What was written down, one answer at a time: all of a run's answers together are too much to hold. */
export async function* readAnswers(folder: string): AsyncGenerator<WatchedAnswer> {
  for (const name of await readdir(folder)) {
    for await (const line of createInterface(createReadStream(join(folder, name)))) {
      const answer = parseLine(line);
      if (answer !== undefined) yield answer;
    }
  }
}

/** The last line of a server that was killed may be cut off. */
function parseLine(line: string): WatchedAnswer | undefined {
  try {
    return JSON.parse(line) as WatchedAnswer;
  } catch {
    return undefined;
  }
}
