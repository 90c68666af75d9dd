import type { Command } from "commander";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printLine, printNote } from "../terminal/print.ts";
import { REFUSED_STATUS } from "../terminal/problem.ts";
import { readFolder } from "./read-folder.ts";

export function createBackupCommand(): Command {
  const command = createCommand("backup")
    .description(
      "Backs up the data while the server runs: the data folder, or the object store. Run it\nagain with the same DIR to bring the backup up to date: only new files are copied.",
    )
    .argument("<DIR>", "the folder of the backup: new, empty, or with an earlier backup")
    .option("--copy", "always copy files; by default they are hard-linked if DIR is on the same disk")
    .option("--verify", "read every file of the earlier backup, not just the sixteenth whose turn it is")
    .addHelpText(
      "after",
      `${examples("pail backup /mnt/backup/pail --data /srv/pail")}

Keep DIR on another disk. It holds the server's key and database: only its owner can open it.
A backup that fails or is killed leaves the earlier one in DIR as it was.
Damaged files in DIR are replaced. The exit status is 1 if the backup failed, or if a file of
the data folder itself is damaged; pail fsck then says what to do.
With PostgreSQL, DIR gets a copy of the database too; it can be restored to SQLite or PostgreSQL.
With an object store, DIR gets everything from it: it can be restored to a data folder too.`,
    );
  return addSettings(command).action(
    async (folder: string, options: { readonly copy?: true; readonly verify?: true }) => {
      const path = readFolder(folder);
      const { backUp } = await import("../../operations/backup/back-up.ts");
      const { hasStore, ...outcome } = await withPorts(
        command,
        async (ports) => ({
          hasStore: ports.stored !== undefined,
          ...(await backUp(ports, path, { mayLink: options.copy !== true, isFull: options.verify === true })),
        }),
        { needsStore: true },
      );
      printLine(
        `Backed up ${outcome.repositories} repositories and ${outcome.downloads} downloads to ${path}: ${outcome.newFiles} files were new (${outcome.newBytes} bytes)`,
      );
      for (const file of outcome.mended)
        printLine(`mended: ${file} was damaged in the backup, and is whole again`);
      for (const file of outcome.leftOut)
        printLine(`left out: ${file} is damaged, and can be made anew (pail fsck)`);
      for (const file of outcome.damagedSources)
        printLine(`DAMAGED: ${file}; the backup has the file as it was before: see pail fsck`);
      if (outcome.damagedSources.length > 0) process.exitCode = REFUSED_STATUS;
      printNote(
        hasStore
          ? `pail restore ${path} fills the empty database and bucket that DATABASE_URL and PAIL_OBJECT_STORE name then, and checks it`
          : `pail restore ${path} --data NEW makes a data folder from it, and checks it`,
      );
    },
  );
}
