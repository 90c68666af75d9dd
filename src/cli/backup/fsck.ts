import type { Command } from "commander";
import type { CheckOutcome } from "../../operations/backup/check-outcome.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine } from "../terminal/print.ts";
import { REFUSED_STATUS } from "../terminal/problem.ts";
import { listProblems } from "./list-problems.ts";

export function createFsckCommand(): Command {
  const command = createCommand("fsck")
    .description(
      "Checks the data folder, or the object store: is the database sound, are all Git objects and\nuploaded files there and whole? Says what is wrong and what to do. The server may be running.",
    )
    .option(
      "--full",
      "also read every Git object, which finds any changed byte; takes as long as reading all packs",
    )
    .option("--json", "print the result as a JSON object")
    .addHelpText(
      "after",
      `${examples("pail fsck --data /srv/pail", "pail fsck --full --json")}

The exit status is 1 if anything is wrong. Lines that begin with "harmless" do not count: leftovers
of interrupted work, and files that were damaged and have been rebuilt from others (commit graphs,
indexes of packs). docs/durability.md lists every kind of finding.`,
    );
  return addSettings(command).action(async (options: { readonly full?: true; readonly json?: true }) => {
    const { checkData } = await import("../../operations/backup/check-data.ts");
    const outcome = await withPorts(command, (ports) => checkData(ports, { isFull: options.full === true }), {
      isDatabaseChecked: false,
      needsStore: true,
    });
    const isWrong = outcome.findings.some((finding) => !finding.isHarmless);
    if (isWrong) process.exitCode = REFUSED_STATUS;
    if (options.json) return printJson(describeOutcome(outcome));
    listProblems(outcome.findings);
    const { repositories, refs, downloads } = outcome;
    printLine(
      `Looked at ${refs} refs of ${repositories} repositories, and ${downloads} downloads: ${isWrong ? "something is wrong" : "nothing is wrong"}`,
    );
  });
}

function describeOutcome({ findings, ...counts }: CheckOutcome) {
  return {
    ...counts,
    findings: findings.map(({ kind, isHarmless, repository, path, detail, remedy }) => ({
      kind,
      is_harmless: isHarmless,
      repository: repository ?? null,
      path,
      detail,
      remedy,
    })),
  };
}
