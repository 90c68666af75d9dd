import type { Command } from "commander";
import { createCommand, examples } from "../program.ts";
import { addClock } from "./clock.ts";
import { addFault } from "./fault.ts";
import { addPipeline, addSchedule } from "./pipeline.ts";
import { addRequests } from "./requests.ts";
import { addReset } from "./reset.ts";
import { addSnapshot } from "./snapshot.ts";
import { addWebhooks } from "./webhooks.ts";

export function createControlCommand(): Command {
  const control = createCommand("control")
    .description(
      "Controls a server that stands in for Bitbucket, of `pail run` or `pail demo --control`: its clock and more.\n" +
        "Within `pail run` it finds its server by itself. `docs/control.md` has the HTTP API behind it.",
    )
    .addHelpText(
      "after",
      examples(
        "pail control clock advance 40d",
        "pail control fault add --route /2.0/user --status 503 --times 1",
        "pail control reset",
      ),
    );
  addClock(control);
  addReset(control);
  addSnapshot(control);
  addFault(control);
  addRequests(control);
  addWebhooks(control);
  addPipeline(control);
  addSchedule(control);
  return control;
}
