import { readFile } from "node:fs/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { type Command, Option } from "commander";
import { Failure } from "../../model/failure.ts";
import { UsageError } from "../terminal/problem.ts";

const ADDRESS_VARIABLE = "PAIL_CONTROL";
const SECRET_VARIABLE = "PAIL_CONTROL_SECRET_FILE";

export type ControlOptions = { readonly control?: string; readonly controlSecretFile?: string };

/** Flags of every command that asks a control. */
export function addControlOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--control <address>", "the path of the control's socket, or its URL").env(ADDRESS_VARIABLE),
    )
    .addOption(
      new Option("--control-secret-file <file>", "for a URL: the file that has its secret").env(
        SECRET_VARIABLE,
      ),
    );
}

export type ControlQuestion = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
};

/**
 * Asks the control of a running server.
 *
 * @returns the JSON of its answer, or undefined if there is none.
 * @throws UsageError if no control is named, or a value is wrong; Failure if it is not there, or refuses.
 */
export async function askControl(options: ControlOptions, question: ControlQuestion): Promise<unknown> {
  const { status, text } = await send(options, question);
  if (status >= 400) throw refusalOf(status, text);
  return text === "" ? undefined : JSON.parse(text);
}

type Target = {
  readonly address: string;
  readonly connection: { readonly socketPath: string } | { readonly host: string; readonly port: string };
  readonly headers: Readonly<Record<string, string>>;
};

async function targetOf({ control, controlSecretFile }: ControlOptions): Promise<Target> {
  if (control === undefined || control === "")
    throw new UsageError(
      `--control: no server is named. Run this within \`pail run\`, or set ${ADDRESS_VARIABLE} to what \`pail demo --control\` prints`,
    );
  if (!/^https?:/.test(control))
    return { address: control, connection: { socketPath: control }, headers: {} };
  const url = URL.parse(control);
  if (url?.protocol !== "http:")
    throw new UsageError(`--control: must be a path, or a URL with http: ${control}`);
  if (controlSecretFile === undefined)
    throw new UsageError(`--control-secret-file: a URL takes one too, or ${SECRET_VARIABLE}`);
  const secret = (await readFile(controlSecretFile, "utf8")).trim();
  return {
    address: control,
    connection: { host: url.hostname, port: url.port },
    headers: { authorization: `Bearer ${secret}` },
  };
}

async function send(
  options: ControlOptions,
  { method, path, body }: ControlQuestion,
): Promise<{ readonly status: number; readonly text: string }> {
  const { address, connection, headers } = await targetOf(options);
  const json = body === undefined ? undefined : JSON.stringify(body);
  const sentHeaders = {
    ...headers,
    ...(json === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(json) }),
  };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      requestHttp({ ...connection, method, path, headers: sentHeaders, agent: false }, resolve)
        .on("error", reject)
        .end(json);
    });
    let text = "";
    for await (const piece of response.setEncoding("utf8") as AsyncIterable<string>) text += piece;
    return { status: response.statusCode ?? 0, text };
  } catch (error) {
    throw describeUnreachable(error, address);
  }
}

function describeUnreachable(error: unknown, address: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK")
    return new Failure(
      "unavailable",
      `No server is controlled at ${address}: it has ended, or was never there`,
    );
  if (code === "EACCES")
    return new Failure("unavailable", `The control at ${address} belongs to somebody else`);
  if (code === "ECONNRESET" || code === "EPIPE")
    return new Failure("unavailable", `The server at ${address} ended before it answered`);
  return error;
}

type ErrorBody = {
  readonly error?: {
    readonly message?: string;
    readonly detail?: unknown;
    readonly fields?: Readonly<Record<string, readonly string[]>>;
  };
};

function refusalOf(status: number, text: string): Failure | UsageError {
  const { message = `The control answered ${status}`, detail, fields } = parseErrorBody(text);
  const told = typeof detail === "string" ? `${message}: ${detail}` : message;
  // The names of fields are those of the HTTP API: they are no flags.
  if (fields !== undefined)
    return new UsageError(
      Object.entries(fields)
        .map(([name, problems]) => `${name}: ${problems.join(", ")}`)
        .join("; "),
    );
  return new Failure(status === 404 ? "not-found" : "conflict", told);
}

function parseErrorBody(text: string): NonNullable<ErrorBody["error"]> {
  try {
    return (JSON.parse(text) as ErrorBody).error ?? {};
  } catch {
    return {};
  }
}
