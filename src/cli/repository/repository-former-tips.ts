import type { Command } from "commander";
import { FORMER_TIP_KEPT_MS, type FormerTip } from "../../model/ref.ts";
import { fullName } from "../../model/repository.ts";
import { listFormerTips } from "../../storage/sql/refs/former-tips.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printTable, shortInstant } from "../terminal/print.ts";
import { getNamedRepository } from "../workspace/named-subjects.ts";

/** Fewer characters distinguish commits, and the table has to fit a terminal. */
const SHORT_ID_LENGTH = 12;

export function addRepositoryFormerTips(repository: Command): void {
  const command = createCommand("former-tips")
    .description(
      "Lists the commits that branches and tags have left by being moved or deleted. They are kept for two weeks: make a " +
        "branch at one of them (with the whole id, from --json) to undo.",
    )
    .argument("<name>", "workspace and repository, such as acme/demo")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail repository former-tips acme/demo"));
  addSettings(command).action(async (name: string, options: { readonly json?: true }) => {
    const { found, tips } = await withPorts(command, async (ports) => {
      const found = await getNamedRepository(ports, name);
      const tips = await listFormerTips(ports.database.kysely, found.uuid, ports.clock());
      return { found, tips };
    });
    if (options.json) return printJson(tips.map(describe));
    printTable(
      ["ref", "object", "left", "kept until"],
      tips.map((tip) => [
        tip.name,
        tip.target.slice(0, SHORT_ID_LENGTH),
        shortInstant(tip.leftAt),
        shortInstant(keptUntil(tip)),
      ]),
      `No ref of ${fullName(found)} has been moved or deleted in the last two weeks`,
    );
  });
  repository.addCommand(command);
}

function describe(tip: FormerTip) {
  return {
    ref: tip.name,
    id: tip.target,
    when: tip.leftAt.toISOString(),
    until: keptUntil(tip).toISOString(),
  };
}

function keptUntil({ leftAt }: FormerTip): Date {
  return new Date(leftAt.getTime() + FORMER_TIP_KEPT_MS);
}
