import type { Command } from "commander";
import { listHelpAnswers } from "../../storage/sql/help/help-answers.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printTable, shortInstant } from "../terminal/print.ts";

const SHOWN_MAX = 1_000;

export function createHelpAnswersCommand(): Command {
  const command = createCommand("help-answers")
    .description(
      'What readers answered to "Was this page helpful?", newest first, with what they missed.\n' +
        "At most 1,000 are shown, and 500 a day are kept.",
    )
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail help-answers", "pail help-answers --json"));
  return addSettings(command).action(async (options: { readonly json?: true }) => {
    const answers = await withPorts(command, ({ database }) => listHelpAnswers(database.kysely, SHOWN_MAX));
    if (options.json)
      return printJson(
        answers.map(({ at, topic, language, isHelpful, missing }) => ({
          at: at.toISOString(),
          topic,
          language,
          is_helpful: isHelpful,
          missing,
        })),
      );
    printTable(
      ["at", "page", "language", "helpful", "missing"],
      answers.map(({ at, topic, language, isHelpful, missing }) => [
        shortInstant(at),
        topic,
        language,
        isHelpful ? "yes" : "no",
        // One line each, whatever was written.
        missing.replaceAll(/\s+/g, " "),
      ]),
      "Nobody has answered yet",
    );
  });
}
