import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./paths.ts";

const run = promisify(execFile);

/**
 * Packs the checkout and installs the package in a project of its own, as a user does who lets no scripts run.
 *
 * @param folder to be made: the project.
 */
export async function installPackage(folder: string): Promise<{
  /** `pail`. */
  readonly command: string;
  /** The installed package. */
  readonly package: string;
}> {
  await mkdir(folder, { recursive: true });
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const options = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", ...options, `./${tarball}`], { cwd: folder });
  const modules = join(folder, "node_modules");
  return { command: join(modules, ".bin", "pail"), package: join(modules, "pail") };
}
