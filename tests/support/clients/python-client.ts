import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Installed packages stay here between runs. It is below `node_modules`, where neither git nor the linter looks. */
const CACHE = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "python-clients");

const PYTHON = "python3";

export type PythonClient = {
  /** For `PYTHONPATH`. */
  readonly packagesFolder: string;
  /** Runs the script to its end. @returns what it printed. @throws Error with what it said if its status is not 0. */
  runScript(path: string, environment: Readonly<Record<string, string>>): Promise<string>;
};

/**
 * Installs, with pip, what the `requirements.txt` names, into a folder of its own: nothing is installed into the Python of
 * whoever runs the tests.
 *
 * @throws Error if there is no `python3` or no pip, or if pip fails.
 */
export async function installPythonClient(requirementsFile: string): Promise<PythonClient> {
  const { stdout: version } = await run(PYTHON, ["--version"]);
  const requirements = await readFile(requirementsFile);
  // Some packages have parts that are compiled for one version of Python.
  const key = createHash("sha256").update(version).update(requirements).digest("hex").slice(0, 16);
  const folder = join(CACHE, key);
  if ((await stat(folder).catch(() => undefined)) === undefined) await installInto(folder, requirementsFile);
  return {
    packagesFolder: folder,
    async runScript(path, environment) {
      const env = {
        PATH: process.env.PATH ?? "",
        PYTHONPATH: folder,
        PYTHONDONTWRITEBYTECODE: "1",
        ...environment,
      };
      const { stdout } = await run(PYTHON, [path], { env });
      return stdout;
    },
  };
}

/** It gets its name when it is whole: a run that was cut off leaves no half of it to the next one. */
async function installInto(folder: string, requirementsFile: string): Promise<void> {
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  const quietly = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
  // With a target, pip also works where the system's own packages are not to be touched.
  const args = [
    "-m",
    "pip",
    "install",
    ...quietly,
    "--no-deps",
    "--target",
    staging,
    "--requirement",
    requirementsFile,
  ];
  try {
    await run(PYTHON, args);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  await rename(staging, folder);
}
