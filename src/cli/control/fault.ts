import type { Command } from "commander";
import { CREDENTIAL_KINDS } from "../../stand-in/faults/fault.ts";
import { examples } from "../program.ts";
import { collect } from "../start/settings-options.ts";
import { printJson, printLine, printNote, printTable } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

type Fault = {
  readonly id: number;
  readonly route: string | null;
  readonly method: string | null;
  readonly scope: string | null;
  readonly credential: string | null;
  readonly status: number | null;
  readonly delay_ms: number;
  readonly cut_off: number | string | null;
  readonly truncate: boolean;
  readonly times: number | null;
  readonly happened: number;
  readonly warning?: string;
};

export function addFault(control: Command): void {
  const fault = control
    .command("fault")
    .description("Lets requests fail: a status, a delay, a cut connection, a body that ends too early.")
    .addHelpText(
      "after",
      examples(
        "pail control fault add --route '/2.0/user' --status 503 --times 1",
        "pail control fault add --credential app-password --status 410",
        "pail control fault clear",
      ),
    );
  addAdd(fault);
  addList(fault);
  const remove = fault.command("remove").description("Removes a fault.").argument("<id>", "its number");
  addControlOptions(remove).action(async (id: string, options: ControlOptions) => {
    await askControl(options, { method: "DELETE", path: `/faults/${encodeURIComponent(id)}` });
  });
  const clear = fault.command("clear").description("Removes all faults.");
  addControlOptions(clear).action(async (options: ControlOptions) => {
    await askControl(options, { method: "DELETE", path: "/faults" });
  });
}

type AddOptions = ControlOptions & {
  readonly route?: string;
  readonly method?: string;
  readonly scope?: string;
  readonly credential?: string;
  readonly status?: string;
  readonly body?: string;
  readonly header?: readonly string[];
  readonly retryAfter?: string;
  readonly delay?: string;
  readonly cutOff?: string;
  readonly truncate?: true;
  readonly times?: string;
  readonly every?: string;
  readonly probability?: string;
  readonly seed?: string;
  readonly force?: true;
  readonly json?: true;
};

function addAdd(fault: Command): void {
  const command = fault
    .command("add")
    .description("Adds a fault. The first one that fits a request happens to it.")
    .option("--route <pattern>", "for this path: {name} and * for what has no slash in it, ** for anything")
    .option("--method <method>", "for this method")
    .option("--scope <scope>", "for all operations that take this scope")
    .option("--credential <kind>", `for requests with one of this kind: ${CREDENTIAL_KINDS.join(", ")}`)
    .option("--status <number>", "answer with this status, in the place of the server")
    .option("--body <text>", "and with this body")
    .option("--header <line>", "and with a header, such as 'X-Name: value': repeat it", collect)
    .option("--retry-after <seconds>", "and with Retry-After")
    .option("--delay <time>", "answer later: milliseconds, or such as 2s")
    .option(
      "--cut-off <where>",
      "close the connection: after bytes of the body, or `headers`, or `connection`",
    )
    .option("--truncate", "send half of the body as if that were all")
    .option("--times <number>", "so often at most (default: always)")
    .option("--every <number>", "to each Nth request only")
    .option("--probability <share>", "to a share of the requests, such as 0.2")
    .option("--seed <number>", "which ones these are (default: 1)")
    .option("--force", "also for a path that the server does not have")
    .option("--json", "as a JSON object")
    .addHelpText("after", examples("pail control fault add --route '/2.0/user' --status 503 --times 1"));
  addControlOptions(command).action(async (options: AddOptions) => {
    const added = (await askControl(options, {
      method: "POST",
      path: "/faults",
      body: bodyOf(options),
    })) as Fault;
    if (added.warning !== undefined) printNote(`pail: ${added.warning}`);
    if (options.json === true) printJson(added);
    else printLine(`Fault ${added.id}: ${describe(added)}`);
  });
}

function bodyOf(options: AddOptions): Readonly<Record<string, unknown>> {
  const { route, scope, credential, body, delay, truncate, force } = options;
  return {
    route,
    method: options.method?.toUpperCase(),
    scope,
    credential,
    status: readNumber("--status", options.status),
    body,
    headers: options.header === undefined ? undefined : Object.fromEntries(options.header.map(readHeader)),
    retry_after: readNumber("--retry-after", options.retryAfter),
    delay,
    cut_off:
      options.cutOff === "headers" || options.cutOff === "connection"
        ? options.cutOff
        : readNumber("--cut-off", options.cutOff),
    truncate,
    times: readNumber("--times", options.times),
    every: readNumber("--every", options.every),
    probability: readNumber("--probability", options.probability),
    seed: readNumber("--seed", options.seed),
    force,
  };
}

function readNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}(?:\.\d{1,9})?$/.test(text)) throw new UsageError(`${flag}: must be a number`);
  return Number(text);
}

function readHeader(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new UsageError("--header: must be such as 'X-Name: value'");
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function addList(fault: Command): void {
  const command = fault.command("list").description("Lists the faults.").option("--json", "as a JSON array");
  addControlOptions(command).action(async (options: ControlOptions & { readonly json?: true }) => {
    const faults = (await askControl(options, { method: "GET", path: "/faults" })) as readonly Fault[];
    if (options.json === true) return printJson(faults);
    const rows = faults.map((each) => [
      String(each.id),
      each.times === null ? String(each.happened) : `${each.happened} of ${each.times}`,
      describe(each),
    ]);
    printTable(["id", "happened", "fault"], rows, "There is no fault");
  });
}

function describe({ route, method, scope, credential, status, delay_ms, cut_off, truncate }: Fault): string {
  const effects = [
    ...(status === null ? [] : [`status ${status}`]),
    ...(delay_ms === 0 ? [] : [`${delay_ms} ms late`]),
    ...(cut_off === null
      ? []
      : [`cut off at ${typeof cut_off === "number" ? `${cut_off} bytes` : `the ${cut_off}`}`]),
    ...(truncate ? ["truncated"] : []),
  ];
  const requests = [
    method,
    route,
    ...(scope === null ? [] : [`with ${scope}`]),
    ...(credential === null ? [] : [`by ${credential}`]),
  ];
  return `${effects.join(", ")}: ${requests.filter((each) => each !== null).join(" ")}`;
}
