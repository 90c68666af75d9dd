import { resolve } from "node:path";
import type { Command } from "commander";
import { printLine, printNote } from "./print.ts";
import { createCommand, examples } from "./program.ts";
import { addSettings } from "./settings-options.ts";
import { withPorts } from "./with-ports.ts";

export function createBackupCommand(): Command {
  const command = createCommand("backup")
    .description(
      "Backs the data folder up, beside a running server. What DIR has from an earlier backup is not copied again.",
    )
    .argument("<DIR>", "the folder of the backup: new, empty, or with an earlier one")
    .option("--copy", "copies, also where the disk is the same and a second name of a file would do")
    .addHelpText(
      "after",
      `${examples("pail backup /mnt/backup/pail --data /srv/pail")}

DIR should be on another disk. It holds the key and the database, and only its owner may enter it.
With PostgreSQL the rows are written into DIR too; either database can be restored of it.`,
    );
  return addSettings(command).action(async (folder: string, options: { readonly copy?: true }) => {
    const path = resolve(folder);
    const { backUp } = await import("../operations/backup/back-up.ts");
    const outcome = await withPorts(command, (ports) =>
      backUp(ports, path, { mayLink: options.copy !== true }),
    );
    printLine(
      `Backed up ${outcome.repositories} repositories and ${outcome.downloads} downloads to ${path}: ${outcome.newFiles} files were new (${outcome.newBytes} bytes)`,
    );
    printNote(`pail restore ${path} --data NEW makes a data folder of it, and proves it`);
  });
}
