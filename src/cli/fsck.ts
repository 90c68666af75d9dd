import type { Command } from "commander";
import type { CheckOutcome } from "../operations/backup/check-data.ts";
import { listProblems } from "./finding-listing.ts";
import { printJson, printLine } from "./print.ts";
import { REFUSED_STATUS } from "./problem.ts";
import { createCommand, examples } from "./program.ts";
import { addSettings } from "./settings-options.ts";
import { withPorts } from "./with-ports.ts";

export function createFsckCommand(): Command {
  const command = createCommand("fsck")
    .description(
      "Holds rows and files of the data folder against each other, beside a running server, and says what to do.",
    )
    .option("--full", "reads every object too: takes as long as reading all packs")
    .option("--json", "as a JSON object")
    .addHelpText(
      "after",
      `${examples("pail fsck --data /srv/pail", "pail fsck --full --json")}

The status is 1 if anything is wrong. What is harmless (leftovers of what was cut off) is told, and does not count.`,
    );
  return addSettings(command).action(async (options: { readonly full?: true; readonly json?: true }) => {
    const { checkData } = await import("../operations/backup/check-data.ts");
    const outcome = await withPorts(command, (ports) => checkData(ports, { isFull: options.full === true }));
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
