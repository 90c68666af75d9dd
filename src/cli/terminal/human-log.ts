import { stripVTControlCharacters } from "node:util";

type LogLine = Readonly<Record<string, unknown>> & { readonly err?: { readonly stack?: string } };

/** Part of every line, or shown elsewhere in it. */
const TOLD = new Set(["level", "time", "msg", "err"]);
/** Of a request's line: what a person at a terminal looks for. The rest is in JSON, for those who search. */
const REQUEST_KEPT = new Set(["repository.full_name", "failure.kind", "failure.message", "failure.reason"]);

/** A line of the log as a person reads it: the time, what happened, and its fields. Not for machines, which get JSON. */
export function writeHumanLog(json: string): string {
  const line = parseLine(json);
  if (line === undefined) return json;
  const time = new Date(String(line.time)).toTimeString().slice(0, 8);
  const level = line.level === "info" ? "" : ` ${String(line.level).toUpperCase()}`;
  const isRequest = line.msg === "request" && "route" in line;
  const what = isRequest ? describeRequest(line) : String(line.msg ?? "");
  const fields = Object.entries(line)
    .filter(([name]) => (isRequest ? REQUEST_KEPT.has(name) : !TOLD.has(name)))
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? oneLine(value) : JSON.stringify(value)}`);
  const trace = line.err === undefined ? "" : `\n${String(line.err.stack ?? JSON.stringify(line.err))}`;
  return `${printable(`${time}${level} ${what}${fields.join("")}${trace}`)}\n`;
}

function describeRequest({ method, route, status, duration_ms: durationMs }: LogLine): string {
  return `${method} ${route} ${status} ${durationMs} ms`;
}

function parseLine(json: string): LogLine | undefined {
  try {
    return JSON.parse(json) as LogLine;
  } catch {
    return undefined;
  }
}

/** A value must not look like the next line. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "?");
}

/** What clients have sent must not move the cursor. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{C}\n]/gu, "?");
}
