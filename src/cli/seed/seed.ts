import type { Command } from "commander";
import { createCommand, examples } from "../program.ts";
import { printLine } from "../terminal/print.ts";

/** What is done with seeds without a server. */
export function createSeedCommand(): Command {
  return createCommand("seed")
    .description(
      "Seeds: files of accounts, repositories, tokens and more, with which `pail demo --seed` and `pail run --seed` begin.",
    )
    .addCommand(createCheckCommand())
    .addCommand(createSchemaCommand())
    .addHelpText("after", examples("pail seed check ./seed.yaml", "pail seed schema > seed.schema.json"));
}

function createCheckCommand(): Command {
  return createCommand("check")
    .summary("tell all that is wrong with a seed, with lines and columns")
    .description("Reads a seed, and tells all that can be known to be wrong with it before it is applied.")
    .argument("<file>", "a seed, in YAML or JSON")
    .addHelpText("after", examples("pail seed check ./seed.yaml"))
    .action(async (file: string) => {
      const { readSeedFile } = await import("../../seeds/read-seed-file.ts");
      const { content } = await readSeedFile(file);
      const counts = Object.entries(content).flatMap(([name, list]) =>
        Array.isArray(list) && list.length > 0 ? [`${list.length} ${name}`] : [],
      );
      const commits = (content.repositories ?? []).reduce(
        (sum, each) => sum + (each.commits?.length ?? 0),
        0,
      );
      printLine(
        `${file}: ${[...counts, ...(commits === 0 ? [] : [`${commits} commits`])].join(", ") || "nothing"}`,
      );
    });
}

function createSchemaCommand(): Command {
  return createCommand("schema")
    .summary("print the JSON Schema of seeds")
    .description("Prints the JSON Schema (2020-12) of seeds, for editors that check and complete by it.")
    .addHelpText("after", examples("pail seed schema > seed.schema.json"))
    .action(async () => {
      const { readSeedSchema } = await import("../../seeds/check-shape.ts");
      process.stdout.write(readSeedSchema());
    });
}
