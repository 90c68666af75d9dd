import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import type { Ref } from "../../model/ref.ts";
import type { BranchName } from "../../model/ref-name.ts";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { CONFIG, createRepositoryFolder, headFile } from "./repository-folders.ts";

const PACKED_REFS = "packed-refs";

/**
 * The generation stands in the file's own header, as a trait that git does not know and ignores (refs/packed-backend.c
 * looks for the traits that it knows), so file and generation can never disagree.
 */
function packedRefsHeader(generation: number): string {
  return `# pack-refs with: peeled fully-peeled sorted pail-generation-${generation} \n`;
}

/**
 * Writes HEAD and packed-refs, unless they have this generation already. @param staging where the new files are
 * created.
 */
export async function writeRefs(
  gitDir: string,
  staging: string,
  generation: number,
  head: BranchName | undefined,
  readRefs: () => Promise<readonly Ref[]>,
): Promise<void> {
  const header = packedRefsHeader(generation);
  const path = join(gitDir, PACKED_REFS);
  const hasHead = (await readIfThere(join(gitDir, "HEAD"))) === headFile(head);
  if (hasHead && (await readStart(path, header.length)) === header) return;
  const text = packedRefs(generation, await readRefs());
  await replaceFile(join(gitDir, "HEAD"), staging, headFile(head));
  reachFaultPoint("packed-refs.head-written");
  await replaceFile(path, staging, text);
}

function packedRefs(generation: number, refs: readonly Ref[]): string {
  const lines = [packedRefsHeader(generation)];
  for (const ref of refs) {
    lines.push(`${ref.target} ${ref.name}\n`);
    if (ref.peeled !== undefined) lines.push(`^${ref.peeled}\n`);
  }
  return lines.join("");
}

type WrittenRefs = {
  readonly generation: number;
  readonly head: BranchName | undefined;
  readonly refs: readonly Ref[];
};

/**
 * Writes both in any case, and all else that makes the folder a repository. @returns the files that were damaged or
 * missing.
 */
export async function mendFolder(
  gitDir: string,
  staging: string,
  { generation, head, refs }: WrittenRefs,
): Promise<readonly string[]> {
  const mended: string[] = [];
  const skeleton = ["HEAD", "config", "refs", join("objects", "info")].map((name) => join(gitDir, name));
  for (const path of skeleton) if (!(await isThere(path))) mended.push(path);
  if (mended.length > 0) await createRepositoryFolder(gitDir);
  if ((await readIfThere(join(gitDir, "config"))) !== CONFIG) {
    mended.push(join(gitDir, "config"));
    await replaceFile(join(gitDir, "config"), staging, CONFIG);
  }
  const [path, text] = [join(gitDir, PACKED_REFS), packedRefs(generation, refs)];
  const there = await readIfThere(path);
  if (there?.startsWith(packedRefsHeader(generation)) === true && there !== text) mended.push(path);
  if (there !== text) await replaceFile(path, staging, text);
  if ((await readIfThere(join(gitDir, "HEAD"))) !== headFile(head))
    await replaceFile(join(gitDir, "HEAD"), staging, headFile(head));
  return mended;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function readStart(path: string, length: number): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A reader sees the old file or the new one. Not synced: whenever it is missing, it is written again from the rows. */
async function replaceFile(path: string, temporary: string, text: string): Promise<void> {
  await makeFolders(dirname(temporary));
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
