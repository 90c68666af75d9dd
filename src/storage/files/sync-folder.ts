import { open } from "node:fs/promises";

/** Makes what a folder lists survive a loss of power. Works on a file too, for what is in it. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
