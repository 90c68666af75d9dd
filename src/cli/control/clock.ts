import type { Command } from "commander";
import { examples } from "../program.ts";
import { printJson, printLine, printNote } from "../terminal/print.ts";
import {
  addControlOptions,
  askControl,
  type ControlOptions,
  type ControlQuestion,
} from "./control-client.ts";

type Options = ControlOptions & { readonly json?: true };
type Clock = { readonly now: string; readonly is_frozen: boolean; readonly warning?: string };

export function addClock(control: Command): void {
  const clock = control
    .command("clock")
    .description("Reads and sets the clock of the server.")
    .addHelpText(
      "after",
      examples(
        "pail control clock advance 40d",
        "pail control clock set 2027-01-31T12:00:00Z",
        "pail control clock freeze",
      ),
    );
  add(clock, "show", "Prints what time it is for the server.", () => ({ method: "GET", path: "/clock" }));
  const set = clock
    .command("set")
    .argument("<time>", "such as 2027-01-31T12:00:00Z, or a day: UTC if nothing else is said");
  describe(set, "Sets the clock, also back. What is due then is done at once.").action(
    (at: string, options: Options) => show(options, { method: "PUT", path: "/clock", body: { at } }),
  );
  const advance = clock.command("advance").argument("<duration>", "such as 40d, 90m, 1w2d or PT36H");
  describe(
    advance,
    "Advances the clock: tokens expire, rate limits roll, webhooks are tried again. What is due then is done at once.",
  ).action((by: string, options: Options) =>
    show(options, { method: "POST", path: "/clock/advance", body: { by } }),
  );
  add(clock, "freeze", "Stops the clock.", () => ({ method: "POST", path: "/clock/freeze" }));
  add(clock, "resume", "Lets a stopped clock go on from where it is.", () => ({
    method: "POST",
    path: "/clock/resume",
  }));
}

function add(clock: Command, name: string, description: string, question: () => ControlQuestion): void {
  describe(clock.command(name), description).action((options: Options) => show(options, question()));
}

function describe(command: Command, description: string): Command {
  return addControlOptions(command.description(description).option("--json", "as a JSON object"));
}

async function show(options: Options, question: ControlQuestion): Promise<void> {
  const clock = (await askControl(options, question)) as Clock;
  if (clock.warning !== undefined) printNote(`pail: ${clock.warning}`);
  if (options.json === true) printJson(clock);
  else printLine(clock.is_frozen ? `${clock.now} (frozen)` : clock.now);
}
