import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import { Failure } from "../../model/failure.ts";
import type { ControlSettings, OpenControl } from "../control/open-controlled.ts";
import { createCommand, examples } from "../program.ts";
import { runServer } from "../serve/run-server.ts";
import { ALL_SETTINGS, addSettings, configOf } from "../start/settings-options.ts";
import { writePrivateFile } from "../start/write-private-file.ts";
import { UsageError } from "../terminal/problem.ts";
import { withProgramName } from "../terminal/program-name.ts";
import { readDemoCredentials, writeDemoCredentials } from "./demo-credentials.ts";
import { describeDemoCommands } from "./demo-guide.ts";
import { createSignInUrl, readDemoPreparation } from "./prepare-demo.ts";

/** Kept in the data folder at every start, so that the next one finds tokens that work. */
const KEPT_FILE = "demo-credentials.json";
/** Beside it: commands with the token in them. */
const COMMANDS_FILE = "demo-commands.sh";

type DemoOptions = {
  readonly credentials?: string;
  readonly commands?: true;
  readonly seed?: string;
  readonly control?: string | true;
  readonly controlPort?: string;
  readonly catchWebhooks?: true;
};

export function createDemoCommand(): Command {
  const command = createCommand("demo")
    .description(
      "Runs the server with a demo account, workspace, repository and API tokens.\n" +
        "If the data folder has a demo already, that one is used again.",
    )
    .option(
      "--credentials <file>",
      "also write the demo's names and tokens to this file, as JSON that only you can read",
    )
    .option(
      "--seed <file>",
      "begin with what this file describes, in YAML or JSON, in place of the demo's account, repository and tokens",
    )
    .option(
      "--control [path]",
      "let `pail control` set the clock, and more, by a socket (default: in the data folder)",
    )
    .option("--control-port <port>", "the same by a port of this machine, with a secret in a file")
    .option("--catch-webhooks", "with a control: keep webhooks to be looked at, and send none")
    .option("--commands", "print commands to paste, with the demo's API token in them, and start nothing");
  return addSettings(command, ALL_SETTINGS)
    .addHelpText(
      "after",
      examples(
        "pail demo",
        "pail demo --commands",
        "pail demo --seed ./seed.yaml --credentials ./credentials.json",
        "pail demo --data ./data --port 0 --credentials ./credentials.json --identity lenient",
      ),
    )
    .action((options: DemoOptions) =>
      options.commands === true ? configOf(command).then(printCommands) : runDemo(command, options),
    );
}

async function printCommands({ dataFolder }: Config): Promise<void> {
  const credentials = await readDemoCredentials(join(dataFolder, KEPT_FILE));
  if (credentials === undefined)
    throw new Failure("not-found", `There is no demo in ${dataFolder}: start it first (pail demo)`);
  process.stdout.write(describeDemoCommands(credentials));
}

async function runDemo(command: Command, options: DemoOptions): Promise<void> {
  const { credentials: credentialsFile } = options;
  const prepareData = await readDemoPreparation(options.seed);
  await runServer(command, {
    control: readControl(options),
    // For a look, or a job in CI: the quickest to start.
    workersDefault: 1,
    prepare: (ports, by) => prepareData(ports, by, filesOf(ports.config, credentialsFile)),
    async announce(ports, app, prepared, control) {
      const { config } = ports;
      const signInUrl = await createSignInUrl(ports, prepared.account);
      const commandsFile = join(config.dataFolder, COMMANDS_FILE);
      const paths = { dataFolder: shortPath(config.dataFolder), commandsFile: shortPath(commandsFile) };
      const { credentials, commands, text } = prepared.describe(reachableUrl(app.url), signInUrl, paths);
      if (commands !== undefined) await writePrivateFile(commandsFile, commands);
      // Last: a script that waits for the requested file then finds everything else written.
      for (const file of filesOf(config, credentialsFile)) await writeDemoCredentials(file, credentials);
      process.stdout.write(withProgramName(text));
      if (control !== undefined) process.stdout.write(withProgramName(describeControl(control)));
    },
  });
}

/** Undefined: it is not controlled. @throws UsageError */
function readControl({ control, controlPort, catchWebhooks }: DemoOptions): ControlSettings | undefined {
  const catchesWebhooks = catchWebhooks === true;
  if (control === undefined && controlPort === undefined) {
    if (catchesWebhooks)
      throw new UsageError("--catch-webhooks: nobody could look at them without --control");
    return undefined;
  }
  if (control !== undefined && controlPort !== undefined)
    throw new UsageError("--control, --control-port: give one of them");
  const socketPath = typeof control === "string" ? resolve(control) : undefined;
  if (controlPort === undefined) return { socketPath, port: undefined, catchesWebhooks };
  const port = /^\d{1,5}$/.test(controlPort) ? Number(controlPort) : Number.NaN;
  if (!(port <= PORT_MAX)) throw new UsageError(`--control-port: must be a port, from 0 to ${PORT_MAX}`);
  return { socketPath: undefined, port, catchesWebhooks };
}

const PORT_MAX = 65_535;

function describeControl({ variables }: OpenControl): string {
  const lines = Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'\n`);
  return `\nFor pail control, in another terminal:\n${lines.join("")}  pail control clock advance 40d\n`;
}

/** From the working directory if it lies below, as it can be pasted there. */
function shortPath(path: string): string {
  const below = relative("", path);
  return below.startsWith("..") ? path : below;
}

/** The requested file is written last: a script that waits for it then finds the other one too. */
function filesOf(config: Config, credentialsFile: string | undefined): readonly string[] {
  const kept = join(config.dataFolder, KEPT_FILE);
  return credentialsFile === undefined ? [kept] : [...new Set([kept, resolve(credentialsFile)])];
}

/** An address that means "all of this machine's" can be listened on but not asked for everywhere. */
function reachableUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//127.0.0.1:");
}
