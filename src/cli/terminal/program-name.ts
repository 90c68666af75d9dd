import { accessSync, constants } from "node:fs";
import { basename, join } from "node:path";

/** Set by `bin/pail`: its own path, as it was typed or found. */
const STARTED_AS_VARIABLE = "PAIL_STARTED_AS";

const startedAs = process.env[STARTED_AS_VARIABLE];
// Not for the processes that this one starts.
delete process.env[STARTED_AS_VARIABLE];
const NAME = findProgramName(startedAs, process.env);

/** What to type to run Pail's commands in the way that this process was started: `bin/pail`, `pail`, `npx pail`. */
export function findProgramName(path: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (path === undefined) return "pail";
  // Of a folder or a file that npx was given, only the path: by the name alone npx would fetch a stranger's package, and what npx
  // has put on the PATH is not on the person's own.
  const isFetched = environment.npm_command === "exec" && path.includes("/_npx/");
  if (environment.npm_command === "exec" && !isFetched) return "npx pail";
  if (!isFetched && path === findOnPath(basename(path), environment.PATH ?? "")) return basename(path);
  return /^[\w./@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Commands in hints and help texts are written `pail …`: here they become what can be pasted. */
export function withProgramName(text: string, name = NAME): string {
  return text.replaceAll(/(?<![\w/.:'-])pail(?= [a-z[])/g, name);
}

function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(":")
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
