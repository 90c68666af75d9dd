import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describeCommand } from "../completion/describe-commands.ts";
import { createCommand, examples } from "../program.ts";
import { printLine } from "../terminal/print.ts";
import { writeManualPages } from "./write-manual-page.ts";

/** @param loadAll the program with every command. */
export function createManCommand(loadAll: () => Promise<Command>): Command {
  return createCommand("man")
    .description("Writes manual pages: pail.1, and one for each command.")
    .requiredOption("--output <folder>", "where to")
    .addHelpText(
      "after",
      examples("pail man --output /usr/local/share/man/man1", "man -l ./man/pail-token.1"),
    )
    .action(async ({ output }: { readonly output: string }) => {
      const program = await loadAll();
      mkdirSync(output, { recursive: true });
      const pages = writeManualPages(describeCommand(program), program.version() ?? "");
      for (const { fileName, text } of pages) writeFileSync(join(output, fileName), text);
      printLine(`${pages.length} pages in ${output}`);
    });
}
