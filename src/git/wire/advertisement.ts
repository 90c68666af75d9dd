import { ZERO_OBJECT_ID } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName } from "../../model/ref-name.ts";
import type { ProtocolVersion } from "./git-protocol.ts";
import { dataPacket, FLUSH_PACKET } from "./packet.ts";

export type GitService = "git-upload-pack" | "git-receive-pack";

/** gitprotocol-capabilities(5): agent. */
const AGENT = "agent=pail/0.1";
const OBJECT_FORMAT = "object-format=sha1";

/** What `git upload-pack` 2.39, which answers the fetch, can do under protocol 0 and 1. */
const UPLOAD_PACK_CAPABILITIES = [
  "multi_ack",
  "thin-pack",
  "side-band",
  "side-band-64k",
  "ofs-delta",
  "shallow",
  "deepen-since",
  "deepen-not",
  "deepen-relative",
  "no-progress",
  "include-tag",
  "multi_ack_detailed",
  "allow-tip-sha1-in-want",
  "allow-reachable-sha1-in-want",
  "no-done",
  "filter",
];

const RECEIVE_PACK_CAPABILITIES = [
  "report-status",
  "report-status-v2",
  "delete-refs",
  "side-band-64k",
  "quiet",
  "atomic",
  "ofs-delta",
  "push-options",
];

/** gitprotocol-v2(5): the capability advertisement. */
const V2_ADVERTISEMENT = Buffer.concat([
  ...[
    "version 2",
    AGENT,
    "ls-refs=unborn",
    "fetch=shallow wait-for-done filter",
    "server-option",
    OBJECT_FORMAT,
  ].map((line) => dataPacket(`${line}\n`)),
  FLUSH_PACKET,
]);

/** gitprotocol-http(5), "Smart Clients": the service is announced before the refs. */
export function serviceHeader(service: GitService): Buffer {
  return Buffer.concat([dataPacket(`# service=${service}\n`), FLUSH_PACKET]);
}

export function v2Advertisement(): Buffer {
  return V2_ADVERTISEMENT;
}

/**
 * gitprotocol-pack(5), "Reference Discovery": every ref with its object id, the capabilities behind the first,
 * annotated tags also peeled. HEAD comes first for a fetch, if its branch exists; a push is not shown HEAD, as in git.
 */
export function refAdvertisement(
  service: GitService,
  refs: readonly Ref[],
  head: BranchName | undefined,
  version: ProtocolVersion,
): Buffer {
  const lines: string[] = [];
  const headRef = head === undefined ? undefined : refs.find((ref) => ref.name === BRANCH_PREFIX + head);
  const isFetch = service === "git-upload-pack";
  if (isFetch && headRef !== undefined) lines.push(`${headRef.target} HEAD`);
  for (const ref of refs) {
    lines.push(`${ref.target} ${ref.name}`);
    if (isFetch && ref.peeled !== undefined) lines.push(`${ref.peeled} ${ref.name}^{}`);
  }
  if (lines.length === 0) lines.push(`${ZERO_OBJECT_ID} capabilities^{}`);
  const symref = isFetch && headRef !== undefined ? [`symref=HEAD:${headRef.name}`] : [];
  const capabilities = [
    ...(isFetch ? UPLOAD_PACK_CAPABILITIES : RECEIVE_PACK_CAPABILITIES),
    ...symref,
    OBJECT_FORMAT,
    AGENT,
  ];
  lines[0] += `\0${capabilities.join(" ")}`;
  const packets = lines.map((line) => dataPacket(`${line}\n`));
  if (version === 1) packets.unshift(dataPacket("version 1\n"));
  return Buffer.concat([...packets, FLUSH_PACKET]);
}
