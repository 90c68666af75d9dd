import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { examples } from "../program.ts";
import { printFields, printJson, printNote, printTable } from "../terminal/print.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

type JsonOptions = ControlOptions & { readonly json?: true };

export function addRequests(control: Command): void {
  const requests = control
    .command("requests")
    .description("Lists the newest requests that the server got, or writes them whole to a file.")
    .option("--last <number>", "so many of them (default: all that are kept)")
    .option("--har <file>", "write them as HAR 1.2, with bodies and without secrets; - is standard output")
    .option("--clear", "forget them, and what was used of tokens")
    .option("--json", "as a JSON object")
    .addHelpText("after", examples("pail control requests --last 20", "pail control requests --har run.har"));
  addControlOptions(requests).action((options: RequestsOptions) => showRequests(options));
  const unknown = control
    .command("unknown-operations")
    .description("Lists operations of the API that were asked for and that the server does not have.")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail control unknown-operations"));
  addControlOptions(unknown).action(showUnknownOperations);
  const least = control
    .command("least-scopes")
    .description(
      "For each token that was used: the least that would have done, and the command that makes such a token.",
    )
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail control least-scopes"));
  addControlOptions(least).action(showLeastScopes);
}

type RequestsOptions = JsonOptions & {
  readonly last?: string;
  readonly har?: string;
  readonly clear?: true;
};

type RecordedRequest = {
  readonly started_on: string;
  readonly duration_ms: number;
  readonly method: string;
  readonly url: string;
  readonly status: number;
};

async function showRequests(options: RequestsOptions): Promise<void> {
  const query = options.last === undefined ? "" : `?last=${encodeURIComponent(options.last)}`;
  if (options.har !== undefined) {
    const har = await askControl(options, { method: "GET", path: `/requests/har${query}` });
    // Bodies may have what nobody else should read, though no secrets that are known as such.
    if (options.har === "-") printJson(har);
    else await writeFile(options.har, `${JSON.stringify(har)}\n`, { mode: 0o600 });
  } else if (options.clear !== true || options.json === true) {
    const found = await askControl(options, { method: "GET", path: `/requests${query}` });
    if (options.json === true) printJson(found);
    else printRequests((found as { readonly values: readonly RecordedRequest[] }).values);
  }
  if (options.clear === true) await askControl(options, { method: "DELETE", path: "/requests" });
}

function printRequests(requests: readonly RecordedRequest[]): void {
  const rows = requests.map(({ started_on, method, url, status, duration_ms }) => {
    const { pathname, search } = new URL(url);
    return [
      started_on.slice(11, 23),
      method,
      status === 0 ? "cut" : String(status),
      `${duration_ms} ms`,
      pathname + search,
    ];
  });
  printTable(["time", "method", "status", "took", "path"], rows, "No request has come");
}

async function showUnknownOperations(options: JsonOptions): Promise<void> {
  const found = (await askControl(options, { method: "GET", path: "/unknown-operations" })) as readonly {
    readonly operation: string;
    readonly requests: number;
  }[];
  if (options.json === true) return printJson(found);
  const rows = found.map(({ operation, requests }) => [String(requests), operation]);
  printTable(["requests", "operation"], rows, "No unknown operation was asked for");
}

type Least = {
  readonly token: { readonly id: string; readonly name: string; readonly kind: string };
  readonly command: string | null;
};

async function showLeastScopes(options: JsonOptions): Promise<void> {
  const found = (await askControl(options, { method: "GET", path: "/least-scopes" })) as readonly Least[];
  if (options.json === true) return printJson(found);
  if (found.length === 0) printNote("No token was used");
  for (const { token, ...least } of found) printFields({ token: token.name, kind: token.kind, ...least });
}
