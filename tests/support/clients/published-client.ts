import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Installed packages stay here between runs. It is below `node_modules`, where neither git nor the linter looks. */
const CACHE = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "published-clients");

/** What npm says when it cannot reach its registry. Everything else that stops an installation is a fault of ours. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

export type PublishedClient =
  | { readonly kind: "installed"; readonly packagesFolder: string }
  /** npm could not reach its registry. */
  | { readonly kind: "impossible"; readonly reason: string };

type NpmOutcome = { readonly status: number; readonly text: string };

function npmCi(folder: string): Promise<NpmOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<NpmOutcome>();
  // Scripts of hundreds of packages do not run on the machine of whoever runs the tests.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const child = spawn("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  child.on("error", reject);
  child.on("close", (code) => resolve({ status: code ?? -1, text }));
  return promise;
}

/**
 * Installs, as locked, what the `package.json` of the folder names: for clients that are too large to be among Pail's own
 * packages.
 *
 * @throws Error if npm fails for another reason than an unreachable registry.
 */
export async function installPublishedClient(manifestFolder: string): Promise<PublishedClient> {
  const lock = await readFile(join(manifestFolder, "package-lock.json"));
  const folder = join(CACHE, createHash("sha256").update(lock).digest("hex").slice(0, 16));
  const installed = { kind: "installed", packagesFolder: join(folder, "node_modules") } as const;
  if (await stat(folder).catch(() => undefined)) return installed;
  // It gets its name when it is whole: a run that was cut off leaves no half of it to the next one.
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    await cp(join(manifestFolder, name), join(staging, name));
  const outcome = await npmCi(staging);
  if (outcome.status === 0) {
    await rename(staging, folder);
    return installed;
  }
  await rm(staging, { recursive: true, force: true });
  const problem = outcome.text.split("\n").find((line) => UNREACHABLE.test(line));
  if (problem !== undefined) return { kind: "impossible", reason: `npm ci is not possible here: ${problem}` };
  throw new Error(`npm ci ended with ${outcome.status}: ${outcome.text}`);
}
