import { type Command, Option } from "commander";
import type { Config } from "../../config/config.ts";
import { type Environment, type Flags, readConfig } from "../../config/read-config.ts";
import {
  DATABASE_URL_VARIABLE,
  SETTINGS,
  type Setting,
  type SettingName,
  settingNamed,
} from "../../config/settings.ts";
import { WrongSettingsError } from "../terminal/problem.ts";

/** Adds flags for settings: `data` alone for a command that works beside the server, all of them for the server. */
export function addSettings(command: Command, names: readonly SettingName[] = ["data"]): Command {
  for (const name of names) command.addOption(optionFor(settingNamed(name)));
  return command.addHelpText(
    "after",
    `\nWithout a flag, the environment variable in brackets is read. ${DATABASE_URL_VARIABLE} (only there, for it holds a\n` +
      "password) names a PostgreSQL database; without it the data is in SQLite.",
  );
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

/** The configuration from the command's flags and the environment, by default that of this process. @throws WrongSettingsError with all that is wrong in it. */
export function configOf(command: Command, environment: Environment = process.env): Config {
  const flags: Record<string, string | boolean | readonly string[] | undefined> = {};
  for (const name of ALL_SETTINGS) {
    // A `--no-…` flag has a value without having been given.
    if (command.getOptionValueSource(name) === "cli") flags[name] = command.getOptionValue(name);
  }
  const outcome = readConfig(flags satisfies Flags, environment);
  if (outcome.kind === "config") return outcome.config;
  throw new WrongSettingsError(outcome.problems);
}
