import { readFileSync } from "node:fs";
import { Command, CommanderError, type Option } from "commander";
import { projectFile } from "../project-files.ts";
import { describeProblem, exitStatusOf, USAGE_STATUS } from "./terminal/problem.ts";
import { withProgramName } from "./terminal/program-name.ts";

/** Commands that start git, sooner or later: without it they would stop in the middle. */
const NEED_GIT = new Set([
  "serve",
  "demo",
  "export",
  "run",
  "backup",
  "restore",
  "fsck",
  "repository import",
]);

const EXIT_STATUSES = `
Exit status: 0 done, 1 failed or refused, 2 wrong usage (an option, a value or a setting).`;

/** A command that throws where commander would end the process, and says what is wrong in one line. */
export function createCommand(name: string): Command {
  const command = new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(withProgramName(text)),
      writeErr: (text) => process.stderr.write(withProgramName(text)),
      outputError: (text, write) => write(text.replace(/^error: /, "pail: ")),
    })
    .showSuggestionAfterError(true);
  return Object.assign(command, {
    createCommand,
    /** Commander names the first one only. */
    missingMandatoryOptionValue: () => refuseMissingOptions(command, missingOptionsOf(command)),
  });
}

function missingOptionsOf(command: Command): readonly Option[] {
  return command.options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  );
}

export function refuseMissingOptions(command: Command, missing: readonly Option[]): never {
  const names = missing.map(({ flags }) => flags).join(", ");
  return command.error(`error: needed and not given: ${names} (${pathOf(command)} --help)`, {
    code: "commander.missingMandatoryOptionValue",
  });
}

/** Such as `pail token create`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

export function createProgram(): Command {
  return (
    createCommand("pail")
      .description("A self-hosted Git server that speaks Bitbucket Cloud")
      .version(readVersion(), "-V, --version")
      // For `pail run`, which leaves what stands behind its command to that.
      .enablePositionalOptions()
      // The package has it as a text.
      .configureHelp({ helpWidth: 80 })
      .hook("preAction", async (_, command) => {
        const isWorker = process.connected;
        if (isWorker || !NEED_GIT.has(pathOf(command).replace(/^pail /, ""))) return;
        const { requireGit } = await import("../git/process/git-version.ts");
        await requireGit();
      })
      .addHelpText(
        "after",
        `${examples(
          "pail demo --data ./data                  a running server to try, with data in it",
          "pail serve --data ./data --port 8080     the server alone",
          "pail token create --help                 how a command is used",
        )}
${EXIT_STATUSES}`,
      )
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
  // `pail token list | head -1`: it is no error if the reader has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await program.parseAsync(argv);
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    // Its text is out already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
    process.stderr.write(`${withProgramName(describeProblem(error))}\n`);
    return exitStatusOf(error);
  }
}

function readVersion(): string {
  const text = readFileSync(projectFile("package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
