import { Failure } from "../../model/failure.ts";
import { parseCommandRequest } from "./command-request.ts";
import type { GitProtocol } from "./git-protocol.ts";
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

/** @throws Failure invalid-input for a request of protocol 2 in another form, or with a command that is not offered. */
export function parseUploadPackRequest(bytes: Buffer, protocol: GitProtocol): UploadPackRequest {
  if (protocol.version === 2) {
    const command = parseCommandRequest(bytes);
    if (command === undefined) return { kind: "flush" };
    if (command.command === "ls-refs") return { kind: "ls-refs", refs: parseLsRefs(command.args) };
    if (command.command !== "fetch") throw new Failure("invalid-input", "command: not one that is offered");
  }
  return { kind: "fetch", protocol, bytes, normalized: normalizeFetchRequest(bytes, protocol.version) };
}
