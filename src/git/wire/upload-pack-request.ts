import { LRUCache } from "lru-cache";
import { Failure } from "../../model/failure.ts";
import { parseCommandRequest } from "./command-request.ts";
import type { GitProtocol, ProtocolVersion } from "./git-protocol.ts";
import { type LsRefsRequest, parseLsRefs } from "./ls-refs.ts";
import { normalizeFetchRequest } from "./normalize-fetch-request.ts";

/** What a client asks of upload-pack once it has seen the advertisement. */
export type UploadPackRequest =
  /** Nothing more: the client ends the conversation. */
  { readonly kind: "flush" } | { readonly kind: "ls-refs"; readonly refs: LsRefsRequest } | FetchRequest;

/** One round of a fetch. */
export type FetchRequest = {
  readonly kind: "fetch";
  readonly protocol: GitProtocol;
  /** As it was sent, for git's own upload-pack. */
  readonly bytes: Buffer;
  /** The same for all requests that get the same answer. Undefined: the answer is for this client alone. */
  readonly normalized: string | undefined;
};

type Parsed =
  | Exclude<UploadPackRequest, FetchRequest>
  | { readonly kind: "fetch"; readonly normalized: string | undefined };

/** Most requests are shorter than this, and many are the same: each client asks a repository alike. */
const CACHED_BYTES_MAX = 4 * 1024;
/** What has been parsed, by the version of the protocol and the bytes: nothing else decides. */
const parsed = new LRUCache<string, Parsed>({ max: 500 });

/** @throws Failure invalid-input for a request of protocol 2 in another form, or with a command that is not offered. */
export function parseUploadPackRequest(bytes: Buffer, protocol: GitProtocol): UploadPackRequest {
  const request = parseOnce(bytes, protocol.version);
  return request.kind === "fetch" ? { ...request, protocol, bytes } : request;
}

function parseOnce(bytes: Buffer, version: ProtocolVersion): Parsed {
  if (bytes.length > CACHED_BYTES_MAX) return parse(bytes, version);
  const key = `${version} ${bytes.toString("latin1")}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const request = parse(bytes, version);
  parsed.set(key, request);
  return request;
}

function parse(bytes: Buffer, version: ProtocolVersion): Parsed {
  if (version === 2) {
    const command = parseCommandRequest(bytes);
    if (command === undefined) return { kind: "flush" };
    if (command.command === "ls-refs") return { kind: "ls-refs", refs: parseLsRefs(command.args) };
    if (command.command !== "fetch") throw new Failure("invalid-input", "command: not one that is offered");
  }
  return { kind: "fetch", normalized: normalizeFetchRequest(bytes, version) };
}
