import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { GitError, runGit } from "../git/process/git-process.ts";
import { type ImportSource, refusedSource, SourceRefusal } from "./import-source.ts";
import { openLocalSource } from "./local-source.ts";

/** Where HEAD leads is not in a bundle, only its commit. Of several branches there it is the first of these. */
const USUAL_BRANCHES = ["main", "master"];

/**
 * Unpacks a bundle (gitformat-bundle(5)) into a temporary repository, hands it over as a source, and removes it.
 *
 * @throws Failure invalid-input if it is no bundle, or needs commits that are not in it.
 */
export async function withBundleSource<T>(
  path: string,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  const gitDir = await mkdtemp(join(tmpdir(), "pail-bundle-"));
  try {
    for (const folder of ["objects/pack", "refs"]) await mkdir(join(gitDir, folder), { recursive: true });
    await writeFile(join(gitDir, "HEAD"), "ref: refs/heads/main\n");
    await writeFile(join(gitDir, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    const listed = await unbundle(gitDir, path);
    const refs = listed
      .filter(({ name }) => name.startsWith("refs/"))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    await writeFile(join(gitDir, "packed-refs"), refs.map(({ id, name }) => `${id} ${name}\n`).join(""));
    const head = listed.find(({ name }) => name === "HEAD");
    const heads = refs.filter(
      ({ id, name }) => name.startsWith("refs/heads/") && (head === undefined || id === head.id),
    );
    const usual = USUAL_BRANCHES.flatMap(
      (name) => heads.find((ref) => ref.name === `refs/heads/${name}`) ?? [],
    );
    const main = usual[0] ?? heads[0];
    if (main !== undefined) await writeFile(join(gitDir, "HEAD"), `ref: ${main.name}\n`);
    return await work(await openUnpacked(gitDir, path));
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}

/** What is wrong is of the bundle, not of the folder that it lies in. */
async function openUnpacked(gitDir: string, path: string): Promise<ImportSource> {
  try {
    return await openLocalSource(gitDir);
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    throw refusedSource(path, error.message.replace(`Cannot import ${gitDir}: `, ""), error.problem);
  }
}

async function unbundle(gitDir: string, path: string) {
  try {
    const output = await runGit(["bundle", "unbundle", resolve(path)], { gitDir });
    return output
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ id: line.slice(0, line.indexOf(" ")), name: line.slice(line.indexOf(" ") + 1) }));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const reason = /^(?:fatal|error): (?<reason>.+)$/m.exec(error.stderr)?.groups?.reason;
    throw refusedSource(path, reason ?? "it is not a bundle of Git");
  }
}
