import { resolve } from "node:path";
import type { Command } from "commander";
import { listProblems } from "./finding-listing.ts";
import { openLog } from "./open-log.ts";
import { printLine } from "./print.ts";
import { REFUSED_STATUS } from "./problem.ts";
import { createCommand, examples } from "./program.ts";
import { addSettings, configOf } from "./settings-options.ts";

export function createRestoreCommand(): Command {
  const command = createCommand("restore")
    .description("Makes a new data folder of a backup, and proves that everything is there.")
    .argument("<DIR>", "the folder of the backup; it is not changed")
    .addHelpText(
      "after",
      `${examples("pail restore /mnt/backup/pail --data /srv/pail-restored")}

With PostgreSQL the database must be empty. A backup of SQLite can be restored to PostgreSQL, and the other way round.`,
    );
  return addSettings(command).action(async (folder: string) => {
    const config = configOf(command);
    const { restoreBackup } = await import("../operations/backup/restore-backup.ts");
    const { createdAt, rows } = await restoreBackup(config, resolve(folder));
    const { openPorts } = await import("../open-ports.ts");
    const { checkData } = await import("../operations/backup/check-data.ts");
    const ports = await openPorts(config, openLog(config.logLevel));
    try {
      const { repositories, refs, downloads, findings } = await checkData(ports, { isFull: false });
      const rowCount = Object.values(rows).reduce((sum, count) => sum + count, 0);
      printLine(`Restored the backup of ${createdAt} to ${config.dataFolder}`);
      printLine(`${rowCount} rows of ${Object.keys(rows).length} tables: as many as were backed up`);
      if (findings.length > 0) {
        listProblems(findings);
        process.exitCode = REFUSED_STATUS;
        return;
      }
      printLine(
        `${refs} refs of ${repositories} repositories, and ${downloads} downloads: everything they name is there`,
      );
    } finally {
      await ports.close();
    }
  });
}
