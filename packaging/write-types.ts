import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { DIST, ROOT } from "./paths.ts";

const IMPORT = /((?:from|import\()\s*")([^"]+)\.ts"/g;

/**
 * Writes the declarations of what the package exports into `dist/types`, and of the files of Pail that they name.
 *
 * @param path from `src`.
 * @throws Error if they name a package: it is bundled, so whoever imports the types does not have it.
 */
export function writeTypes(path: string): void {
  const folder = mkdtempSync(join(tmpdir(), "pail-types-"));
  try {
    const tsc = join(ROOT, "node_modules", ".bin", "tsc");
    const project = join(ROOT, "packaging", "tsconfig.json");
    const { status, stdout } = spawnSync(tsc, ["-p", project, "--outDir", folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(`The types cannot be written:\n${stdout}`);
    copyReached(folder, join(folder, path.replace(/\.ts$/, ".d.ts")), new Set());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyReached(folder: string, file: string, copied: Set<string>): void {
  if (copied.has(file)) return;
  copied.add(file);
  const text = readFileSync(file, "utf8");
  const outside = /(?:from|import\()\s*"(?!\.|node:)([^"]+)"/.exec(text)?.[1];
  const name = relative(folder, file);
  if (outside !== undefined)
    throw new Error(`${name} is exported and names ${outside}, which is bundled: describe the type`);
  const target = join(DIST, "types", name);
  mkdirSync(dirname(target), { recursive: true });
  // Whoever imports them has no `.ts` files.
  writeFileSync(target, text.replaceAll(IMPORT, '$1$2.js"'));
  for (const [, , path] of text.matchAll(IMPORT))
    copyReached(folder, join(dirname(file), `${path}.d.ts`), copied);
}
