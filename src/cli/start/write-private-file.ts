import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Whoever reads the file sees the old one or the new one whole, and nobody but its owner ever sees it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // One name for all: what a killed server has left with a token in it is removed by the next.
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  // "wx" with the mode: the file never exists with another mode.
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}
