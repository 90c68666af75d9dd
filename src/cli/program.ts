import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { describeProblem, exitStatusOf, USAGE_STATUS } from "./problem.ts";

/** A command that throws where commander would end the process, and says what is wrong in one line. */
export function createCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "pail: ")) })
    .showSuggestionAfterError(true);
}

export function createProgram(): Command {
  return createCommand("pail")
    .description("A self-hosted Git server that speaks Bitbucket Cloud")
    .version(readVersion(), "-V, --version")
    .addHelpText(
      "after",
      examples(
        "pail demo --data ./data                  a running server with all that a first look needs",
        "pail serve --data ./data --port 8080     the server alone",
        "pail token create --help                 how a command is used",
      ),
    );
}

/** Stands in the program's help for a command that is not loaded. */
export function createStub(name: string, summary: string): Command {
  return createCommand(name).summary(summary).allowUnknownOption().allowExcessArguments();
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Runs the command that `argv` names. @returns the exit status: 0, 1 for a refusal, 2 for wrong usage. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  // `pail token list | head -1`: a reader that has seen enough is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await program.parseAsync(argv);
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    // Its text is out already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
    process.stderr.write(`${describeProblem(error)}\n`);
    return exitStatusOf(error);
  }
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
