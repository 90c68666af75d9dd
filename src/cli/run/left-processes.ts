import { readdir, readFile } from "node:fs/promises";

export type LeftProcess = { readonly id: number; readonly name: string };

/** Processes that have been started with this text in their environment, and still run. Where there is no `/proc`, none are found. */
export async function findLeftProcesses(text: string): Promise<readonly LeftProcess[]> {
  const names = await readdir("/proc").catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map(async (name) => {
        try {
          const environment = await readFile(`/proc/${name}/environ`, "latin1");
          if (!environment.includes(text)) return [];
          return [{ id: Number(name), name: (await readFile(`/proc/${name}/comm`, "utf8")).trim() }];
        } catch {
          // It is somebody else's, or has ended.
          return [];
        }
      }),
  );
  return found.flat();
}
