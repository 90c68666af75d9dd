import type { Command } from "commander";
import { operatorBy } from "../../authorization/operator-by.ts";
import { readSince } from "../audit/read-since.ts";
import { createCommand, examples } from "../program.ts";
import { openLog } from "../start/open-log.ts";
import { addSettings, configOf } from "../start/settings-options.ts";
import { printLine, printNote } from "../terminal/print.ts";
import { REFUSED_STATUS } from "../terminal/problem.ts";
import { listProblems } from "./list-problems.ts";
import { readFolder } from "./read-folder.ts";

export function createRestoreCommand(): Command {
  const command = createCommand("restore")
    .description(
      "Makes a new data folder from a backup, or fills an object store, and checks that everything\nin it is there and whole.",
    )
    .argument("<DIR>", "the folder of the backup; it is not changed")
    .option(
      "--revoke-since <time>",
      "revoke every token that was valid at that time or is newer, such as 12h or 2026-11-27T08:00Z; backup: the time of the backup",
    )
    .addHelpText(
      "after",
      `${examples(
        "pail restore /mnt/backup/pail --data /srv/pail-restored",
        "pail restore /mnt/backup/pail --data /srv/pail-restored --revoke-since backup",
      )}

The data folder must be new or empty, and so must a PostgreSQL database and an object store. A
backup of SQLite can be restored to PostgreSQL, a backup of a data folder to an object store
(PAIL_OBJECT_STORE), and the other way round. No command opens any of them before the restore has
ended; one that was cut off is begun anew by running it again.
The exit status is 1 if anything is missing or damaged; what there is can be used all the same.

A restore goes back in time. Tokens that were revoked after the backup are valid again:
--revoke-since revokes all that may be among them, and their owners need new ones. Accounts that
were disabled and permissions that were taken away since then are back too. Webhooks that were
pending at the time of the backup are delivered again.`,
    );
  return addSettings(command).action((folder: string, options: { readonly revokeSince?: string }) =>
    restore(command, readFolder(folder), options.revokeSince),
  );
}

async function restore(command: Command, folder: string, revokeSince: string | undefined): Promise<void> {
  const config = await configOf(command);
  const since =
    revokeSince === undefined || revokeSince === "backup"
      ? undefined
      : readSince("--revoke-since", revokeSince, new Date());
  const log = openLog(config.logLevel);
  const { publishRestored, restoreBackup } = await import("../../operations/backup/restore-backup.ts");
  const { createdAt, rows, findings: ofBackup } = await restoreBackup(config, folder, log);
  const { openPorts } = await import("../../open-ports.ts");
  const { checkData } = await import("../../operations/backup/check-data.ts");
  const { clearUnmatchedGraphs } = await import("../../operations/backup/clear-unmatched-graphs.ts");
  const ports = await openPorts(config, log, {
    isRestoring: true,
    isDatabaseChecked: false,
  });
  let revoked: { readonly tokens: number; readonly grants: number } | undefined;
  let outcome: Awaited<ReturnType<typeof checkData>>;
  try {
    if (ports.stored === undefined) await clearUnmatchedGraphs(ports);
    outcome = await checkData(ports, { isFull: false });
    if (revokeSince !== undefined) {
      const { revokeTokensSince } = await import("../../operations/tokens/revoke-tokens-since.ts");
      revoked = await revokeTokensSince(ports, operatorBy(ports), since ?? new Date(createdAt));
    }
    await publishRestored(config, ports.stored?.store);
  } finally {
    await ports.close();
  }
  const { repositories, refs, downloads } = outcome;
  const rowCount = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const place = ports.stored?.store.url ?? config.dataFolder;
  printLine(`Restored the backup of ${createdAt} to ${place}`);
  printLine(`${rowCount} rows of ${Object.keys(rows).length} tables: as many as were backed up`);
  if (revoked === undefined)
    printNote("Tokens that were revoked after the backup are valid again: see pail restore --help");
  else printLine(`${revoked.tokens} tokens were revoked, ${revoked.grants} OAuth authorizations ended`);
  const findings = [...ofBackup, ...outcome.findings];
  listProblems(findings);
  if (findings.some((finding) => !finding.isHarmless)) {
    process.exitCode = REFUSED_STATUS;
    return;
  }
  printLine(
    `${refs} refs of ${repositories} repositories, and ${downloads} downloads: everything they name is there`,
  );
}
