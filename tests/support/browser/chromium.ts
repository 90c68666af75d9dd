import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";

/**
 * The browser's program: what `CHROMIUM` names, such as Debian's /usr/bin/chromium, or else the one from npm. That one is
 * packed, and unpacks itself into the temporary folder; so it is unpacked into one of its own, and then moved to where the next
 * run finds it: several test files begin at the same time.
 */
export async function findChromium(): Promise<string> {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined) return CHROMIUM;
  const root = join(import.meta.dirname, "../../..");
  const manifest = await readFile(join(root, "package.json"), "utf8");
  const version = JSON.parse(manifest).devDependencies["@sparticuz/chromium"];
  const cache = join(root, "node_modules/.cache");
  const folder = join(cache, `chromium-${version}`);
  const program = join(folder, "chromium");
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const unpacked = await mkdtemp(join(cache, "chromium-"));
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
