import type { Command } from "commander";
import { fullName } from "../../model/repository.ts";
import { unwatchRepository, watchRepository } from "../../operations/repositories/watch-repository.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printLine } from "../terminal/print.ts";
import { getNamedRepository } from "../workspace/named-subjects.ts";

export function addRepositoryWatch(repository: Command): void {
  const command = createCommand("watch")
    .description("Lists an account among the watchers of a repository. Nothing is sent to watchers.")
    .argument("<name>", "workspace and repository, such as acme/demo")
    .requiredOption("--account <account>", "its e-mail address")
    .option("--off", "no longer")
    .addHelpText(
      "after",
      examples(
        "pail repository watch acme/demo --account ada@example.com",
        "pail repository watch acme/demo --account ada@example.com --off",
      ),
    );
  addSettings(command).action(
    async (name: string, options: { readonly account: string; readonly off?: true }) => {
      await withPorts(command, async (ports, by) => {
        const found = await getNamedRepository(ports, name);
        const account = await getNamedAccount(ports, "account", options.account);
        if (options.off === true) await unwatchRepository(by, found, account);
        else await watchRepository(ports, by, found, account);
        const verb = options.off === true ? "watches no more" : "watches";
        printLine(`${account.username} ${verb} ${fullName(found)}`);
      });
    },
  );
  repository.addCommand(command);
}
