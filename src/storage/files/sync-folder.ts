import { open } from "node:fs/promises";

/** Makes the entries of a folder survive a loss of power. For a file, it does so for the content. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
