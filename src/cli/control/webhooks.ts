import type { Command } from "commander";
import { examples } from "../program.ts";
import { printJson, printLine, printNote, printTable } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

type JsonOptions = ControlOptions & { readonly json?: true };
type Outcome = { readonly status: number | null; readonly problem: string | null };
type Webhook = Outcome & {
  readonly id: number;
  readonly sent_on: string;
  readonly event: string | null;
  readonly url: string;
  readonly caught: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function addWebhooks(control: Command): void {
  const webhooks = control
    .command("webhooks")
    .description("Lists, shows and repeats the webhooks that were sent, or caught and not sent.")
    .addHelpText(
      "after",
      examples(
        "pail control webhooks wait --event pullrequest:created --timeout 5s",
        "pail control webhooks replay 3 --url http://localhost:3000/hook",
      ),
    );
  addList(webhooks);
  addShow(webhooks);
  addWait(webhooks);
  addReplay(webhooks);
  addCatch(webhooks);
}

function addList(webhooks: Command): void {
  const command = webhooks.command("list").description("Lists them.").option("--json", "as a JSON object");
  addControlOptions(command).action(async (options: JsonOptions) => {
    const found = await askControl(options, { method: "GET", path: "/webhooks" });
    if (options.json === true) return printJson(found);
    const { values } = found as { readonly values: readonly Webhook[] };
    const rows = values.map((each) => [String(each.id), each.event ?? "-", describe(each), each.url]);
    printTable(["id", "event", "outcome", "url"], rows, "There is no webhook");
  });
}

function addShow(webhooks: Command): void {
  const command = webhooks
    .command("show")
    .description("Shows one: its headers, and its body as it was sent.")
    .argument("<id>", "its number")
    .option("--json", "as a JSON object");
  addControlOptions(command).action(async (id: string, options: JsonOptions) =>
    show(options, await askControl(options, { method: "GET", path: `/webhooks/${encodeURIComponent(id)}` })),
  );
}

function addWait(webhooks: Command): void {
  const command = webhooks
    .command("wait")
    .description(
      "Waits for one, and shows it. One that has come already counts. Ends with status 1 if none comes in time.",
    )
    .option("--event <event>", "of this event, such as repo:push (default: any)")
    .option("--after <id>", "that came after this one")
    .option("--timeout <time>", "how long at most", "5s")
    .option("--json", "as a JSON object");
  addControlOptions(command).action(
    async (
      options: JsonOptions & { readonly event?: string; readonly after?: string; readonly timeout: string },
    ) => {
      const { event, after, timeout } = options;
      if (after !== undefined && !/^\d{1,9}$/.test(after)) throw new UsageError("--after: must be a number");
      const body = { event, timeout, ...(after === undefined ? {} : { after: Number(after) }) };
      show(options, await askControl(options, { method: "POST", path: "/webhooks/wait", body }));
    },
  );
}

function addReplay(webhooks: Command): void {
  const command = webhooks
    .command("replay")
    .description("Sends one again as it was, signature and all.")
    .argument("<id>", "its number")
    .option("--url <url>", "to this URL (default: its target)")
    .option("--json", "as a JSON object");
  addControlOptions(command).action(async (id: string, options: JsonOptions & { readonly url?: string }) => {
    const path = `/webhooks/${encodeURIComponent(id)}/replay`;
    const outcome = (await askControl(options, {
      method: "POST",
      path,
      body: { url: options.url },
    })) as Outcome;
    if (options.json === true) printJson(outcome);
    else printLine(describe(outcome));
    if (outcome.status === null) process.exitCode = 1;
  });
}

function addCatch(webhooks: Command): void {
  for (const [name, caught, description] of [
    ["catch", true, "From now on catches webhooks, and sends none."],
    ["send", false, "From now on sends webhooks."],
  ] as const) {
    const command = webhooks.command(name).description(description);
    addControlOptions(command).action(async (options: ControlOptions) => {
      await askControl(options, { method: "PUT", path: "/webhooks", body: { caught } });
    });
  }
}

function show({ json }: JsonOptions, found: unknown): void {
  if (json === true) {
    printJson(found);
    return;
  }
  const { id, event, url, headers, body, ...outcome } = found as Webhook;
  printNote(`${id} ${event ?? "-"} to ${url}: ${describe(outcome)}`);
  for (const [name, value] of Object.entries(headers)) printLine(`${name}: ${value}`);
  printLine(`\n${body}`);
}

function describe({ caught, status, problem }: Outcome & { readonly caught?: boolean }): string {
  if (caught === true) return "caught";
  return status === null ? (problem ?? "not answered yet") : `answered ${status}`;
}
