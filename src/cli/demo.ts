import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { Ports } from "../ports.ts";
import { describeDemoCredentials, readDemoTokens, writeDemoCredentials } from "./demo-credentials.ts";
import { type DemoData, openDemoData } from "./demo-data.ts";
import { describeDemo } from "./demo-guide.ts";
import { areDemoTokens, type DemoTokens, renewDemoTokens } from "./demo-tokens.ts";
import { createCommand, examples } from "./program.ts";
import { runServer } from "./run-server.ts";
import { ALL_SETTINGS, addSettings } from "./settings-options.ts";

/** Kept in the data folder at every start, so that the next one finds tokens that work. */
const KEPT_FILE = "demo-credentials.json";

export function createDemoCommand(): Command {
  const command = createCommand("demo")
    .description(
      "Runs the server with a demo account, workspace, repository and tokens, and prints the commands to try.\n" +
        "A folder that is there already is carried on with.",
    )
    .option(
      "--credentials <file>",
      "also write the demo's names and tokens there, as JSON that only you can read",
    );
  return addSettings(command, ALL_SETTINGS)
    .addHelpText(
      "after",
      examples(
        "pail demo",
        "pail demo --data ./data --port 0 --credentials ./credentials.json --identity lenient",
      ),
    )
    .action((options: { readonly credentials?: string }) => runDemo(command, options.credentials));
}

async function runDemo(command: Command, credentialsFile: string | undefined): Promise<void> {
  await runServer(command, {
    // For a look, or a job in CI: the quickest to start.
    workersDefault: 1,
    async prepare(ports) {
      const demo = await openDemoData(ports);
      return { demo, tokens: await openDemoTokens(ports, demo, filesOf(ports.config, credentialsFile)) };
    },
    async announce({ config }, app, { demo, tokens }) {
      const credentials = describeDemoCredentials(reachableUrl(app.url), demo, tokens);
      for (const file of filesOf(config, credentialsFile)) await writeDemoCredentials(file, credentials);
      process.stdout.write(describeDemo(credentials));
    },
  });
}

/** The file asked for last: whoever waits for it finds the other one written too. */
function filesOf(config: Config, credentialsFile: string | undefined): readonly string[] {
  const kept = join(config.dataFolder, KEPT_FILE);
  return credentialsFile === undefined ? [kept] : [...new Set([kept, resolve(credentialsFile)])];
}

/** The tokens of an earlier start if a file still has them, else new ones. */
async function openDemoTokens(
  ports: Ports,
  { account }: DemoData,
  files: readonly string[],
): Promise<DemoTokens> {
  for (const file of files.toReversed()) {
    const tokens = await readDemoTokens(file);
    if (tokens !== undefined && (await areDemoTokens(ports, account, tokens))) return tokens;
  }
  return renewDemoTokens(ports, account);
}

/** An address that means "all of this machine's" can be listened on but not asked for everywhere. */
function reachableUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//127.0.0.1:");
}
