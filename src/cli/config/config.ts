import type { Command } from "commander";
import { type ConfigFile, SECRET_FILES } from "../../config/config-file.ts";
import {
  type Environment,
  type Flags,
  findSecret,
  findSetting,
  readConfig,
} from "../../config/read-config.ts";
import { fileNameOf, SETTINGS } from "../../config/settings.ts";
import { createCommand, examples } from "../program.ts";
import { ALL_SETTINGS, addSettings, configOf, readGivenSettings } from "../start/settings-options.ts";
import { printJson, printLine, printTable } from "../terminal/print.ts";

export function createConfigCommand(): Command {
  const config = createCommand("config")
    .description(
      "Settings in a file: names are those of the flags without dashes before them, one a line, such as\n" +
        '"public-url: https://git.example.com". A flag wins over a variable, and a variable over the file.',
    )
    .addHelpText("after", examples("pail config check --config /etc/pail/pail.yaml", "pail config show"));
  const check = config
    .command("check")
    .description("Tells all that is wrong in the settings that a server would start with, and nothing else.");
  addSettings(check, ALL_SETTINGS)
    .addHelpText("after", examples("pail config check --config /etc/pail/pail.yaml"))
    .action(async () => {
      await configOf(check);
      const { fileName } = await readGivenSettings(check, process.env);
      printLine(
        fileName === undefined ? "The settings are right; there is no file" : `${fileName}: all right`,
      );
    });
  const show = config
    .command("show")
    .description("Shows each setting with where it comes from. Passwords are not shown.")
    .option("--json", "as JSON");
  addSettings(show, ALL_SETTINGS)
    .addHelpText("after", examples("pail config show --config /etc/pail/pail.yaml"))
    .action(async ({ json }: { readonly json?: true }) => {
      const { flags, file } = await readGivenSettings(show, process.env);
      const settings = listSettings(flags, process.env, file);
      if (json) printJson(settings);
      else
        printTable(
          ["SETTING", "VALUE", "FROM"],
          settings.map(({ name, value, from }) => [name, value ?? "", from]),
          "",
        );
      const outcome = readConfig(flags, process.env, file);
      // After the table, for who wants to see why.
      if (outcome.kind === "wrong") await configOf(show);
    });
  return config;
}

export type ShownSetting = {
  readonly name: string;
  /** As it was given. Null: it has none. */
  readonly value: string | null;
  /** A flag, a variable, a place in the file, or `default`. */
  readonly from: string;
};

export function listSettings(
  flags: Flags,
  environment: Environment,
  file: ConfigFile | undefined,
): readonly ShownSetting[] {
  const plain = SETTINGS.map(({ name, fallback }) => {
    const found = findSetting(name, flags, environment, file);
    return {
      name: fileNameOf(name),
      value: found?.text ?? fallback ?? null,
      from: found === undefined ? "default" : originOf(found.source),
    };
  });
  const secret = Object.values(SECRET_FILES).map((variable) => {
    const found = findSecret(variable, environment, file);
    return {
      name: variable,
      value: found === undefined ? null : "(not shown)",
      from: found === undefined ? "default" : originOf(found.source),
    };
  });
  return [...plain, ...secret];
}

/** A place in the file without the name of the setting, which stands beside it. */
function originOf(source: string): string {
  return source.replace(/^(.*:\d+:\d+): .*$/, "$1");
}
