import type { Command } from "commander";
import { examples } from "../program.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

export function addReset(control: Command): void {
  const command = control
    .command("reset")
    .description(
      "Goes back to the seed: data, clock, faults, counts and caught webhooks are as they were at the start.\n" +
        "What was recorded of requests stays.",
    )
    .addHelpText("after", examples("pail control reset"));
  addControlOptions(command).action(async (options: ControlOptions) => {
    await askControl(options, { method: "POST", path: "/reset" });
  });
}
