import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { join, relative } from "node:path";
import { ANSWERS_FOLDER, ANSWERS_FROM, type WatchedAnswer } from "./answers-folder.ts";

/**
 * Loaded into every process of a test run before anything else (`node --import`): writes down what each HTTP server in it
 * answers below `/2.0`. Nothing is judged here, so that servers are held up as little as can be.
 */

/** A body longer than this is written down without its text. */
const BODY_BYTES_MAX = 1024 ** 2;

const folder = process.env[ANSWERS_FOLDER];
const from = process.env[ANSWERS_FROM] ?? relative(process.cwd(), process.argv[1] ?? "");

if (folder !== undefined) {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (isRest(request.url ?? "")) watch(request, response, join(folder, `${process.pid}.jsonl`));
  });
}

/** Also of a request to a proxy, whose target is a whole URL. */
function isRest(target: string): boolean {
  return /^(?:https?:\/\/[^/]*)?\/2\.0(?:[/?]|$)/.test(target);
}

function watch(request: IncomingMessage, response: ServerResponse, file: string): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: unknown): void => {
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) return;
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes <= BODY_BYTES_MAX) parts.push(part);
  };
  const headers = new Map<string, string>();
  const { write, end, writeHead } = response;
  response.write = ((chunk: unknown, ...rest: unknown[]) => {
    keep(chunk);
    return Reflect.apply(write, response, [chunk, ...rest]);
  }) as typeof write;
  response.end = ((chunk: unknown, ...rest: unknown[]) => {
    keep(chunk);
    return Reflect.apply(end, response, [chunk, ...rest]);
  }) as typeof end;
  // Headers that are given here only are not told by `getHeader`.
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const given = rest.find((each) => typeof each === "object") as OutgoingHttpHeaders | undefined;
    for (const [name, value] of Object.entries(given ?? {})) headers.set(name.toLowerCase(), String(value));
    return Reflect.apply(writeHead, response, [status, ...rest]);
  }) as typeof writeHead;
  response.once("finish", () => {
    const header = (name: string) => headers.get(name) ?? response.getHeader(name)?.toString();
    const isFile = header("content-disposition") !== undefined;
    const isJson = !isFile && header("content-type")?.startsWith("application/json") === true;
    const answer: WatchedAnswer = {
      method: request.method ?? "",
      target: request.url ?? "",
      status: response.statusCode,
      body: isJson && bytes <= BODY_BYTES_MAX ? Buffer.concat(parts).toString() : undefined,
      from,
    };
    try {
      appendFileSync(file, `${JSON.stringify(answer)}\n`);
    } catch (error) {
      // A test takes all file handles of its server: what it answers then cannot be written down.
      if (!(error instanceof Error && "code" in error && error.code === "EMFILE")) throw error;
    }
  });
}
