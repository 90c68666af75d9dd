import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { autocannonGenerator } from "./autocannon.ts";
import { run } from "./command.ts";
import { NUMBER_HEADER } from "./http-request.ts";
import type { Load, Rate, RateGenerator } from "./rate-generator.ts";

/** What the script's `done` prints, last. */
type Summary = {
  readonly requests: number;
  readonly microseconds: number;
  readonly wrong: number;
  readonly broken: number;
  readonly p50: number;
  readonly p99: number;
};

/** With the end of a list it drops the answers that are under way, one of each connection: they must be few of all. */
const LIST_MIN = 100;

/** `wrk` (https://github.com/wg/wrk), in one thread: the other core is left to the server. */
export const wrk: RateGenerator = {
  name: "wrk",
  async measure(load) {
    if (load.paths !== undefined && load.paths.length < LIST_MIN) return autocannonGenerator.measure(load);
    const folder = await mkdtemp(join(tmpdir(), "pail-wrk-"));
    try {
      const script = join(folder, "load.lua");
      await writeFile(script, writeScript(load), "latin1");
      // It takes whole seconds.
      const seconds = Math.max(1, Math.round(load.seconds));
      const flags = ["-t", "1", "-c", String(load.connections), "-d", `${seconds}s`, "--timeout", "30s"];
      const output = await run("wrk", [...flags, "-s", script, load.request.url]);
      return readSummary(load, output);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Text as Lua has it: every byte but the plain ones by its number. */
function luaString(text: string | Buffer): string {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const parts = Array.from(bytes, (byte) =>
    byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, "0")}`,
  );
  return `"${parts.join("")}"`;
}

function writeScript({ request, paths }: Load): string {
  const lines = [`wrk.method = ${luaString(request.method ?? "GET")}`];
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    lines.push(`wrk.headers[${luaString(name)}] = ${luaString(value)}`);
  }
  if (request.body !== undefined) lines.push(`wrk.body = ${luaString(request.body)}`);
  if (request.isVaried === true) {
    lines.push(`
local number = 0
request = function()
  number = number + 1
  wrk.headers[${luaString(NUMBER_HEADER)}] = number
  return wrk.format()
end`);
  }
  if (paths !== undefined) {
    // The thread ends with the list, but wrk goes on to wait for its time: what counts is the time until the list's end.
    lines.push(`
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int, moment *);")
local moment = ffi.new("moment")
local now = function()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanoseconds) / 1e3
end
local paths = { ${paths.map(luaString).join(", ")} }
local startedAt
-- wrk calls this once to try it, before the first that it sends.
local asked = -1
request = function()
  asked = asked + 1
  if asked == 1 then startedAt = now() end
  if asked > #paths and listMicroseconds == nil then
    listMicroseconds = now() - startedAt
    wrk.thread:stop()
  end
  return wrk.format(nil, paths[math.max(1, math.min(asked, #paths))])
end
local threads = {}
setup = function(thread) table.insert(threads, thread) end`);
  }
  // wrk itself says nothing of what was answered with 300 to 399: none of what is measured does that.
  lines.push(`
done = function(summary, latency)
  local e = summary.errors
  local microseconds = ${paths === undefined ? "summary.duration" : 'threads[1]:get("listMicroseconds") or summary.duration'}
  io.write(string.format(
    '\\n{"requests":%d,"microseconds":%d,"wrong":%d,"broken":%d,"p50":%.3f,"p99":%.3f}\\n',
    summary.requests, microseconds, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end`);
  return lines.join("\n");
}

function readSummary({ request }: Load, output: string): Rate {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  const summary = JSON.parse(line) as Summary;
  if (summary.wrong > 0 || summary.broken > 0 || summary.requests === 0) {
    throw new Error(`wrk ${request.url}: ${line}`);
  }
  return {
    perSecond: (summary.requests / summary.microseconds) * 1e6,
    p50Ms: summary.p50 / 1000,
    p99Ms: summary.p99 / 1000,
  };
}
