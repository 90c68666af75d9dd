import type { EventEmitter } from "node:events";
import type { Command } from "commander";

export type DescribedOption = {
  /** As they are typed: `--data`, `-h`. */
  readonly names: readonly string[];
  /** As the help text has them: `--data <folder>`. */
  readonly flags: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** What the value is, for completion. */
  readonly values: "files" | "folders" | readonly string[];
};

/** A command with all below it, as completions and manual pages need it. */
export type DescribedCommand = {
  /** Such as `pail token create`. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Without the path: `[options] <id>`. */
  readonly usage: string;
  readonly options: readonly DescribedOption[];
  /** Examples and notes that stand below a help text. */
  readonly notes: string;
  readonly commands: readonly DescribedCommand[];
};

/** Describes a command of commander; `parentPath` is empty for the program itself. */
export function describeCommand(command: Command, parentPath = ""): DescribedCommand {
  const path = parentPath === "" ? command.name() : `${parentPath} ${command.name()}`;
  const help = command.createHelp();
  return {
    path,
    name: command.name(),
    summary: command.summary() || firstLine(command.description()),
    description: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map((option) => ({
      names: [option.short, option.long].filter((name) => name != null),
      flags: option.flags,
      description: option.description,
      takesValue: option.required || option.optional,
      values: option.argChoices ?? valuesOf(option.flags, option.description),
    })),
    notes: notesOf(command),
    commands: command.commands
      .filter((each) => each.name() !== "help")
      .map((each) => describeCommand(each, path)),
  };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.replace(/[.:]$/, "");
}

const PAIL_MODES = ["strict", "lenient"];
const PAIL_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

function valuesOf(flags: string, description: string): DescribedOption["values"] {
  const value = flags.slice(flags.indexOf("<") + 1, -1);
  if (value === "file" || value === "path") return "files";
  if (value === "folder") return "folders";
  if (flags.startsWith("--identity")) return PAIL_MODES;
  if (flags.startsWith("--log-level")) return PAIL_LEVELS;
  return /^the (?:file|folder)\b/.test(description) && flags.includes("<") ? "files" : [];
}

/** What `addHelpText` has added: commander has no other way to it than to let it be written. */
function notesOf(command: Command): string {
  let text = "";
  const context = {
    error: false,
    command,
    write(written: string) {
      text += written;
    },
  };
  // Its types leave out that it is an emitter, which its documentation tells.
  (command as unknown as EventEmitter).emit("afterHelp", context);
  return text.trim();
}

/** The command and all below it, from the top. */
export function flatten(command: DescribedCommand): readonly DescribedCommand[] {
  return [command, ...command.commands.flatMap(flatten)];
}
