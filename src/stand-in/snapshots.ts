import { rmSync } from "node:fs";
import { join } from "node:path";
import { downloadFolder } from "../config/download-folder.ts";
import { repositoryFolder } from "../config/repository-folder.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { OpenedPorts } from "../open-ports.ts";
import { mirrorFolder } from "../storage/files/mirror-folder.ts";
import { openRowSnapshots } from "../storage/sql/open-row-snapshots.ts";
import type { RowSnapshot, RowSnapshots } from "../storage/sql/row-snapshot.ts";
import type { ClockState, ControlledClock } from "./controlled-clock.ts";

export const SEED_SNAPSHOT = "seed";
/** Each has a copy of all rows. */
const SNAPSHOTS_MAX = 100;

export type Snapshot = { readonly name: string; readonly savedAt: Date };

/** Rows, packs, downloads and the clock as they were. Whoever calls these sees to it that nobody writes meanwhile. */
export type StoredSnapshots = {
  /** In the place of one with the same name. @throws Failure invalid-input, conflict. */
  save(name: string): Promise<Snapshot>;
  /** @throws Failure not-found. */
  restore(name: string): Promise<void>;
  /** @throws Failure not-found, conflict for that of the seed. */
  remove(name: string): Promise<void>;
  list(): readonly Snapshot[];
  close(): Promise<void>;
};

type Stored = Snapshot & {
  readonly rows: RowSnapshot;
  readonly folder: string;
  readonly clock: ClockState;
};

type SnapshotPorts = Pick<OpenedPorts, "config" | "database" | "transactions">;

export function openStoredSnapshots(
  { config, database, transactions }: SnapshotPorts,
  clock: ControlledClock,
): StoredSnapshots {
  const folder = join(config.dataFolder, "snapshots");
  const stored = new Map<string, Stored>();
  let opening: Promise<RowSnapshots> | undefined;
  let count = 0;

  function openRows(): Promise<RowSnapshots> {
    if (opening !== undefined) return opening;
    // What a server that was killed has left.
    rmSync(folder, { recursive: true, force: true });
    opening = openRowSnapshots({ ...database, ...transactions }, config.database, join(folder, "rows"));
    return opening;
  }

  function get(name: string): Stored {
    const found = stored.get(name);
    if (found === undefined) {
      const names = [...stored.keys()].join(", ");
      throw new Failure("not-found", `There is no snapshot ${JSON.stringify(name)}`, {
        detail: names === "" ? "none was saved" : `there is ${names}`,
      });
    }
    return found;
  }

  async function drop({ rows, folder: files }: Stored): Promise<void> {
    await rows.remove();
    rmSync(files, { recursive: true, force: true });
  }

  return {
    async save(name) {
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name))
        throw invalidField("name", "must be 1 to 64 letters, digits, dots, dashes and underscores");
      const before = stored.get(name);
      if (before === undefined && stored.size >= SNAPSHOTS_MAX)
        throw new Failure("conflict", `There are ${SNAPSHOTS_MAX} snapshots already: remove one`);
      const openedRows = await openRows();
      count += 1;
      const files = join(folder, `files-${count}`);
      const rows = await openedRows.save();
      mirrorFolder(repositoryFolder(config), join(files, "repositories"));
      mirrorFolder(downloadFolder(config), join(files, "downloads"));
      const saved = { name, savedAt: clock.now(), rows, folder: files, clock: clock.state() };
      stored.delete(name);
      stored.set(name, saved);
      if (before !== undefined) await drop(before);
      return saved;
    },
    async restore(name) {
      const found = get(name);
      await found.rows.restore();
      mirrorFolder(join(found.folder, "repositories"), repositoryFolder(config));
      mirrorFolder(join(found.folder, "downloads"), downloadFolder(config));
      clock.restore(found.clock);
    },
    async remove(name) {
      if (name === SEED_SNAPSHOT)
        throw new Failure("conflict", `The snapshot ${JSON.stringify(name)} is what a reset leads back to`);
      const found = get(name);
      stored.delete(name);
      await drop(found);
    },
    list: () => [...stored.values()].map(({ name, savedAt }) => ({ name, savedAt })),
    async close() {
      await (await opening)?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
