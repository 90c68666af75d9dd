import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "../../src/git/wire/packet.ts";
import type { HttpRequest } from "./http-request.ts";

/** The agent of a git that peers of this age are asked by. */
const AGENT = "agent=git/2.39.5";
const PROTOCOL = { "git-protocol": "version=2" };

export type GitEndpoint = {
  /** Of the repository, such as `http://127.0.0.1:8080/bench/big.git`. */
  readonly url: string;
  readonly authorization?: string;
};

function headersOf({ authorization }: GitEndpoint): Record<string, string> {
  return { ...PROTOCOL, ...(authorization === undefined ? {} : { authorization }) };
}

/** `GET …/info/refs` of protocol 2: what every clone and fetch begins with. */
export function infoRefsRequest(endpoint: GitEndpoint): HttpRequest {
  return { url: `${endpoint.url}/info/refs?service=git-upload-pack`, headers: headersOf(endpoint) };
}

function command(endpoint: GitEndpoint, name: string, args: readonly string[]): HttpRequest {
  const head = [`command=${name}`, AGENT, "object-format=sha1"];
  return {
    url: `${endpoint.url}/git-upload-pack`,
    method: "POST",
    headers: { ...headersOf(endpoint), "content-type": "application/x-git-upload-pack-request" },
    body: Buffer.concat([
      ...head.map((line) => dataPacket(`${line}\n`)),
      DELIMITER_PACKET,
      ...args.map((line) => dataPacket(`${line}\n`)),
      FLUSH_PACKET,
    ]),
  };
}

/** What `git ls-remote` and `git fetch` ask for, with these prefixes. */
export function lsRefsRequest(endpoint: GitEndpoint, prefixes: readonly string[]): HttpRequest {
  return command(endpoint, "ls-refs", [
    "peel",
    "symrefs",
    ...prefixes.map((prefix) => `ref-prefix ${prefix}`),
  ]);
}

/** All that a commit reaches, for a client that has nothing. */
export function fullFetchRequest(endpoint: GitEndpoint, want: string): HttpRequest {
  return command(endpoint, "fetch", ["thin-pack", "no-progress", "ofs-delta", `want ${want}`, "done"]);
}

/** The names in an answer to `ls-refs`. */
export function refNames(answer: Buffer): readonly string[] {
  return [...answer.toString().matchAll(/[0-9a-f]{40} (\S+)/g)].map(([, name]) => name!);
}
