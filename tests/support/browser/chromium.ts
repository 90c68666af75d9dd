import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";

/**
 * The browser's program: what `CHROMIUM` names, such as Debian's /usr/bin/chromium, or else the one from npm. That one is
 * packed, and unpacks itself into the temporary folder; so it is unpacked into a folder of its own and then moved, for several
 * test files begin at the same time.
 */
export async function findChromium(): Promise<string> {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined) return CHROMIUM;
  const manifest = await readFile(join(import.meta.dirname, "../../../package.json"), "utf8");
  const version = JSON.parse(manifest).devDependencies["@sparticuz/chromium"];
  const folder = join(tmpdir(), `pail-chromium-${version}-${process.getuid?.()}`);
  const program = join(folder, "chromium");
  if (existsSync(program)) return program;
  const unpacked = await mkdtemp(join(tmpdir(), "pail-chromium-"));
  const { TMPDIR } = process.env;
  process.env.TMPDIR = unpacked;
  try {
    await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  try {
    await rename(unpacked, folder);
  } catch (error) {
    // Another one was quicker.
    if (!existsSync(program)) throw error;
    await rm(unpacked, { recursive: true });
  }
  return program;
}
