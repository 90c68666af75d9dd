import type { Command } from "commander";
import { listAccounts } from "../../storage/sql/accounts/accounts.ts";
import { createCommand, examples } from "../program.ts";
import { ALL_SETTINGS, addSettings } from "../start/settings-options.ts";
import { withProgramName } from "../terminal/program-name.ts";
import { runServer, WORKERS_OF_MACHINE } from "./run-server.ts";

export function createServeCommand(): Command {
  const command = createCommand("serve").description(
    "Runs the server until it is stopped (Ctrl-C, SIGTERM).",
  );
  return addSettings(command, ALL_SETTINGS)
    .addHelpText(
      "after",
      examples(
        "pail serve --data /srv/pail --port 8080",
        "PAIL_DATA=/srv/pail PAIL_PUBLIC_URL=https://git.example.com PAIL_BEHIND_PROXY=true pail serve",
      ),
    )
    .action(() => serve(command));
}

async function serve(command: Command): Promise<void> {
  await runServer(command, {
    workersDefault: WORKERS_OF_MACHINE,
    prepare: async ({ database }) => ({ hasAccounts: (await listAccounts(database.kysely)).length > 0 }),
    async announce({ config }, { url }, { hasAccounts }) {
      process.stdout.write(`Pail listens on ${url}\n`);
      if (!hasAccounts) process.stdout.write(withProgramName(describeFirstSteps(config.dataFolder)));
    },
  });
}

function describeFirstSteps(dataFolder: string): string {
  const data = `--data '${dataFolder}'`;
  return `There is no account yet. In another terminal:
  pail account create --email you@example.com --username you ${data}
  pail workspace create --slug team --owner you@example.com ${data}
  pail repository create --workspace team --name first ${data}
  pail token create --account you@example.com --name laptop --scope read:repository,write:repository ${data}
`;
}
