import { ZERO_OBJECT_ID } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName } from "../../model/ref-name.ts";
import type { ProtocolVersion } from "./git-protocol.ts";
import { dataPacket, FLUSH_PACKET, LENGTH_DIGITS, writeLinePackets } from "./packet.ts";

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
function serviceHeader(service: GitService): Buffer {
  return Buffer.concat([dataPacket(`# service=${service}\n`), FLUSH_PACKET]);
}

export type AdvertisementOptions = {
  readonly version: ProtocolVersion;
  /** Whether the service's name stands before the refs, as it does over HTTP. */
  readonly announcesService: boolean;
};

const ANNOUNCED_V2_ADVERTISEMENT = Buffer.concat([serviceHeader("git-upload-pack"), V2_ADVERTISEMENT]);

export function v2Advertisement({
  announcesService,
}: Pick<AdvertisementOptions, "announcesService">): Buffer {
  return announcesService ? ANNOUNCED_V2_ADVERTISEMENT : V2_ADVERTISEMENT;
}

/**
 * gitprotocol-pack(5), "Reference Discovery", for a fetch: every ref with its object id, the capabilities behind the first,
 * annotated tags also peeled. HEAD comes first, if its branch exists.
 */
export function fetchAdvertisement(
  refs: readonly Ref[],
  head: BranchName | undefined,
  options: AdvertisementOptions,
): Buffer {
  const lines: string[] = [];
  const headRef = head === undefined ? undefined : refs.find((ref) => ref.name === BRANCH_PREFIX + head);
  if (headRef !== undefined) lines.push(`${headRef.target} HEAD`);
  for (const ref of refs) {
    lines.push(`${ref.target} ${ref.name}`);
    if (ref.peeled !== undefined) lines.push(`${ref.peeled} ${ref.name}^{}`);
  }
  const symref = headRef === undefined ? [] : [`symref=HEAD:${headRef.name}`];
  const capabilities = [...UPLOAD_PACK_CAPABILITIES, ...symref, OBJECT_FORMAT, AGENT];
  return advertisement("git-upload-pack", options, lines.join("\n"), capabilities);
}

/**
 * The same for a push, which is shown neither HEAD nor what tags peel to, as in git.
 *
 * @param refLines `<id> <name>` of each ref, a line each.
 */
export function pushAdvertisement(refLines: string, options: AdvertisementOptions): Buffer {
  const capabilities = [...RECEIVE_PACK_CAPABILITIES, OBJECT_FORMAT, AGENT];
  return advertisement("git-receive-pack", options, refLines, capabilities);
}

/** The shortest line of a ref: the id, a space, and a name. */
const LINE_BYTES_MIN = 42;

function advertisement(
  service: GitService,
  { version, announcesService }: AdvertisementOptions,
  lines: string,
  capabilities: readonly string[],
): Buffer {
  const firstEnd = lines.indexOf("\n");
  const first = firstEnd === -1 ? lines : lines.slice(0, firstEnd);
  const shown = first === "" ? `${ZERO_OBJECT_ID} capabilities^{}` : first;
  const head = Buffer.concat([
    ...(announcesService ? [serviceHeader(service)] : []),
    ...(version === 1 ? [dataPacket("version 1\n")] : []),
    dataPacket(`${shown}\0${capabilities.join(" ")}\n`),
  ]);
  const rest = Buffer.from(firstEnd === -1 ? "" : `${lines.slice(firstEnd + 1)}\n`);
  const lengthBytes = Math.floor(rest.length / LINE_BYTES_MIN) * LENGTH_DIGITS;
  const answer = Buffer.allocUnsafe(head.length + rest.length + lengthBytes + FLUSH_PACKET.length);
  const end = writeLinePackets(answer, head.copy(answer), rest, LINE_BYTES_MIN);
  return answer.subarray(0, end + FLUSH_PACKET.copy(answer, end));
}
