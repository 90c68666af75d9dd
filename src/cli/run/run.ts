import { resolve } from "node:path";
import type { Command } from "commander";
import type { Environment } from "../../config/read-config.ts";
import { type SettingName, settingNamed } from "../../config/settings.ts";
import { createCommand, examples } from "../program.ts";
import { ALL_SETTINGS, addSettingOptions, configOf } from "../start/settings-options.ts";
import type { RunOptions } from "./run-in-stand-in.ts";

/** A run is one process, for one command, on this machine. */
const NOT_OF_RUN: readonly SettingName[] = [
  "data",
  "host",
  "tlsCert",
  "tlsKey",
  "publicUrl",
  "publicApiUrl",
  "behindProxy",
  // Allowed: the command has servers of its own, which wait for webhooks.
  "webhookPrivateTargets",
  "importPrivateSources",
  "workers",
  "drainSeconds",
  "databaseConnectionsMax",
  "mailFrom",
  "metrics",
];
const SETTINGS_OF_RUN = ALL_SETTINGS.filter((name) => !NOT_OF_RUN.includes(name));

type Options = {
  readonly data?: string;
  readonly credentials?: string;
  readonly seed?: string;
  readonly logFile?: string;
  readonly offline?: true;
  readonly keepCredentialHelpers?: true;
};

export function createRunCommand(): Command {
  const command = createCommand("run")
    .description(
      "Starts a server with demo data, runs a command for which it is bitbucket.org and api.bitbucket.org, with https too, and ends " +
        "with the command's exit status. The command finds tokens in the JSON file $PAIL_CREDENTIALS; pail control finds the server.",
    )
    // Its options are its own, also where nobody has written `--`.
    .passThroughOptions()
    .argument("<command...>", "what to run, after --")
    .option("--data <folder>", "keep the data in this folder (default: a new one, removed at the end)")
    .option(
      "--seed <file>",
      "begin with what this file describes, in YAML or JSON, in place of the demo's data",
    )
    .option("--credentials <file>", "also write the names and tokens to this file, which is kept")
    .option("--log-file <file>", "append the server's log to this file (default: it is not kept)")
    .option("--port <number>", "listen on this port too, without TLS (default: a port that is free)")
    .option("--offline", "refuse the command all other hosts, as far as it uses the proxy")
    .option(
      "--keep-credential-helpers",
      "let git ask, and tell, your credential helpers: they would keep the run's tokens as those of bitbucket.org",
    );
  return addSettingOptions(
    command,
    SETTINGS_OF_RUN.filter((name) => name !== "port"),
  )
    .addHelpText(
      "after",
      `
Without a flag, the environment variable in brackets is read.
${examples(
  "pail run -- ./release.sh",
  "pail run --seed seed.yaml -- pytest",
  "pail run --log-file pail.log -- npm test",
  "pail run -- git clone https://bitbucket.org/acme/demo.git",
)}

Exit status: the command's; 128 and the signal's number if one ended it; 127 if
it is not found, 126 if it cannot be run.`,
    )
    .action(async (run: readonly string[], options: Options) => {
      process.exitCode = await runWith(command, run, options);
    });
}

async function runWith(command: Command, run: readonly string[], options: Options): Promise<number> {
  const config = await configOf(command, environmentOfRun(process.env));
  const { runInStandIn } = await import("./run-in-stand-in.ts");
  const given: RunOptions = {
    dataFolder: options.data === undefined ? undefined : resolve(options.data),
    // 8080 is for a server that people look for.
    port: command.getOptionValueSource("port") === "cli" ? config.port : 0,
    credentialsFile: options.credentials === undefined ? undefined : resolve(options.credentials),
    logFile: options.logFile === undefined ? undefined : resolve(options.logFile),
    seedFile: options.seed,
    isOffline: options.offline === true,
    keepsCredentialHelpers: options.keepCredentialHelpers === true,
  };
  return runInStandIn(config, run, given);
}

/** Where a server of this machine has its data, its port or its database is nothing to a run, which could spoil it. */
function environmentOfRun(environment: Environment): Environment {
  const variables = SETTINGS_OF_RUN.filter((name) => name !== "port").map(
    (name) => settingNamed(name).variable,
  );
  return Object.fromEntries(variables.map((variable) => [variable, environment[variable]]));
}
