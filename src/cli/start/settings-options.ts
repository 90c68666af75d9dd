import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Config } from "../../config/config.ts";
import type { ConfigFile } from "../../config/config-file.ts";
import { type Environment, type Flags, readConfig } from "../../config/read-config.ts";
import {
  CONFIG_FILE,
  CONFIG_VARIABLE,
  DATABASE_URL_VARIABLE,
  DEFAULTS,
  SETTINGS,
  type Setting,
  type SettingName,
  settingNamed,
} from "../../config/settings.ts";
import { WrongSettingsError } from "../terminal/problem.ts";

/** Adds flags for settings: `data` alone for a command that works beside the server, all of them for the server. */
export function addSettings(command: Command, names: readonly SettingName[] = ["data"]): Command {
  addSettingOptions(command, names);
  if (names.includes("data")) {
    const note = `[${CONFIG_VARIABLE}, default: ${CONFIG_FILE} in the data folder]`;
    command.addOption(new Option("--config <file>", `a file with settings ${note}`));
  }
  return command.addHelpText(
    "after",
    "\nWithout a flag, the environment variable in brackets is read, then the file.\n" +
      `${DATABASE_URL_VARIABLE} (no flag, for it holds a password) names a PostgreSQL database;\n` +
      "without it the data is in SQLite.",
  );
}

/** The flags alone. */
export function addSettingOptions(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) command.addOption(optionFor(settingNamed(name)));
  return command;
}

export const ALL_SETTINGS: readonly SettingName[] = SETTINGS.map((setting) => setting.name);

function optionFor({ flags, variable, description, fallback, isRepeatable }: Setting): Option {
  const notes = [variable, ...(fallback === undefined ? [] : [`default: ${fallback}`])].join(", ");
  const option = new Option(flags, `${description} [${notes}]`);
  return isRepeatable ? option.argParser(collect) : option;
}

/** For an option that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

/**
 * The configuration from the command's flags, the environment (by default that of this process) and a file.
 *
 * @throws WrongSettingsError with all that is wrong in it.
 */
export async function configOf(command: Command, environment: Environment = process.env): Promise<Config> {
  const given = await readGivenSettings(command, environment);
  const outcome = readConfig(given.flags, environment, given.file);
  if (outcome.kind === "config") return outcome.config;
  throw new WrongSettingsError(outcome.problems);
}

export type GivenSettings = {
  readonly flags: Flags;
  readonly fileName: string | undefined;
  readonly file: ConfigFile | undefined;
};

/** What was given, and not looked at yet. */
export async function readGivenSettings(command: Command, environment: Environment): Promise<GivenSettings> {
  const flags: Record<string, string | boolean | readonly string[] | undefined> = {};
  for (const name of ALL_SETTINGS) {
    // A `--no-…` flag has a value without having been given.
    if (command.getOptionValueSource(name) === "cli") flags[name] = command.getOptionValue(name);
  }
  const named = (command.getOptionValue("config") as string | undefined) || environment[CONFIG_VARIABLE];
  const dataFolder = flags.data ?? (environment.PAIL_DATA || DEFAULTS.data);
  const fileName = named || join(String(dataFolder), CONFIG_FILE);
  // A command that works with no data folder of the user's has no file of his either.
  const takesFile = command.options.some((option) => option.attributeName() === "config");
  if (!takesFile || (!named && !existsSync(fileName))) return { flags, fileName: undefined, file: undefined };
  // Loaded only where there is one: the parser of YAML would be a part of every start.
  const { readConfigFile } = await import("../../config/config-file.ts");
  return { flags, fileName, file: readConfigFile(fileName, !named) };
}
