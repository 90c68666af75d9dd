import type { Command } from "commander";
import { examples } from "../program.ts";
import { printJson, printTable, shortInstant } from "../terminal/print.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

type Snapshot = { readonly name: string; readonly saved_on: string };

export function addSnapshot(control: Command): void {
  const snapshot = control
    .command("snapshot")
    .description("Saves all data, and the clock, under a name, and goes back to it.")
    .addHelpText(
      "after",
      examples("pail control snapshot save merged", "pail control snapshot restore merged"),
    );
  add(
    snapshot,
    "save",
    "Saves all data, and the clock. `seed` is what a reset goes back to.",
    async (options, path) => {
      await askControl(options, { method: "PUT", path });
    },
  );
  add(snapshot, "restore", "Goes back to a snapshot, as `reset` does to the seed.", async (options, path) => {
    await askControl(options, { method: "POST", path: `${path}/restore` });
  });
  add(snapshot, "remove", "Removes a snapshot.", async (options, path) => {
    await askControl(options, { method: "DELETE", path });
  });
  const list = snapshot
    .command("list")
    .description("Lists the snapshots.")
    .option("--json", "as a JSON array");
  addControlOptions(list).action(async (options: ControlOptions & { readonly json?: true }) => {
    const found = (await askControl(options, { method: "GET", path: "/snapshots" })) as readonly Snapshot[];
    if (options.json === true) return printJson(found);
    const rows = found.map(({ name, saved_on }) => [name, shortInstant(new Date(saved_on))]);
    printTable(["name", "saved"], rows, "There is no snapshot");
  });
}

function add(
  snapshot: Command,
  name: string,
  description: string,
  act: (options: ControlOptions, path: string) => Promise<void>,
): void {
  const command = snapshot
    .command(name)
    .description(description)
    .argument("<name>", "the name of the snapshot");
  addControlOptions(command).action((given: string, options: ControlOptions) =>
    act(options, `/snapshots/${encodeURIComponent(given)}`),
  );
}
