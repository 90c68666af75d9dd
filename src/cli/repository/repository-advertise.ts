import type { Command } from "commander";
import { fullName } from "../../model/repository.ts";
import { advertisePullRequests } from "../../operations/pull-requests/advertise-pull-requests.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printLine } from "../terminal/print.ts";
import { getNamedRepository } from "../workspace/named-subjects.ts";

export function addRepositoryAdvertise(repository: Command): void {
  const command = createCommand("advertise-pull-requests")
    .description(
      "Shows git the pull requests of a repository: refs/pull-requests/ID/from is the source, refs/pull-requests/ID/merge " +
        "the commit that merged it or, while it is open and without conflicts, one that would. Bitbucket Cloud has no such refs, and a mirror fetches all of them.",
    )
    .argument("<name>", "workspace and repository, such as acme/demo")
    .option("--off", "no longer")
    .addHelpText(
      "after",
      examples(
        "pail repository advertise-pull-requests acme/demo",
        "pail repository advertise-pull-requests acme/demo --off",
      ),
    );
  addSettings(command).action(async (name: string, options: { readonly off?: true }) => {
    await withPorts(command, async (ports, by) => {
      const found = await getNamedRepository(ports, name);
      const isAdvertised = options.off !== true;
      await advertisePullRequests(ports, by, found, isAdvertised);
      await ports.backgroundWork.idle();
      printLine(
        `Pull requests of ${fullName(found)} are ${isAdvertised ? "now refs too" : "no refs any more"}`,
      );
    });
  });
  repository.addCommand(command);
}
