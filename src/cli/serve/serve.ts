import type { Command } from "commander";
import { operatorBy } from "../../authorization/operator-by.ts";
import type { Secret } from "../../model/secret.ts";
import { createFirstAccountLink } from "../../operations/accounts/password-links.ts";
import { listAccounts } from "../../storage/sql/accounts/accounts.ts";
import { hasPasswordHolder } from "../../storage/sql/accounts/passwords.ts";
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
    async prepare({ database }) {
      return {
        hasAccounts: (await listAccounts(database.kysely)).length > 0,
        isSignInPossible: await hasPasswordHolder(database.kysely),
      };
    },
    async announce(ports, { url }, { hasAccounts, isSignInPossible }) {
      const data = `--data '${ports.config.dataFolder}'`;
      process.stdout.write(`Pail listens on ${url}\n`);
      if (isSignInPossible) return;
      // Its address is known only now. Nobody but who reads the terminal sees the link: it is not in the log.
      const made = hasAccounts ? undefined : await createFirstAccountLink(ports, operatorBy(ports));
      process.stdout.write(
        withProgramName(made === undefined ? describeSignIn(data) : describeFirstSteps(made.url, data)),
      );
    },
  });
}

function describeSignIn(data: string): string {
  return `Nobody can sign in to the pages yet. For a link to choose a password by, in another terminal:
  pail account sign-in-link --account you@example.com ${data}
`;
}

function describeFirstSteps(url: Secret, data: string): string {
  return `There is no account yet. Open this link to make the first one; it works once, for 24 hours:
  ${url.reveal()}
Without a browser, in another terminal:
  pail account create --email you@example.com --username you ${data}
  pail workspace create --slug team --owner you@example.com ${data}
  pail repository create --workspace team --name first ${data}
  pail token create --account you@example.com --name laptop --scope read:repository,write:repository ${data}
`;
}
