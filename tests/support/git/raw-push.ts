import { basic, type HttpAnswer, sendRequest } from "../clients/http-request.ts";
import type { PailServer } from "../server/pail-server.ts";
import { STATIC_USERNAME } from "./hosted-repository.ts";
import type { RealGit } from "./real-git.ts";

/** One line of a push: the ref `name` moves from `before` to `after`. */
export interface RawCommand {
  readonly before: string;
  readonly after: string;
  readonly name: string;
}

export interface RawReport {
  /** What follows `unpack `. */
  readonly unpack: string | undefined;
  /** Ref name to `ok`, or to the reason after `ng <name> `. */
  readonly refs: ReadonlyMap<string, string>;
  /** What the server told the person: band 2. */
  readonly messages: string;
}

const PACKET_HEADER_BYTES = 4;

/** One pkt-line of gitprotocol-common. */
export function packet(payload: string): Buffer {
  const bytes = Buffer.from(payload, "utf8");
  const length = (bytes.length + PACKET_HEADER_BYTES).toString(16).padStart(PACKET_HEADER_BYTES, "0");
  return Buffer.concat([Buffer.from(length, "ascii"), bytes]);
}

/** The body of a push as git's `gitprotocol-pack` describes it; the client's own checks do not stand in the way. */
export function rawPushBody(
  commands: readonly RawCommand[],
  capabilities: readonly string[],
  pack?: Buffer,
): Buffer {
  const lines = commands.map(({ before, after, name }, index) =>
    packet(`${before} ${after} ${name}${index === 0 ? `\0${capabilities.join(" ")}` : ""}`),
  );
  return Buffer.concat([...lines, Buffer.from("0000"), pack ?? Buffer.alloc(0)]);
}

/** A pack with everything that `tip` reaches. */
export function packOf(git: RealGit, folder: string, tip: string): Promise<Buffer> {
  return git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], { folder, input: `${tip}\n` });
}

export function rawPushHeaders(pail: PailServer): Record<string, string> {
  return {
    Authorization: basic(STATIC_USERNAME, pail.credentials.token),
    "Content-Type": "application/x-git-receive-pack-request",
    Accept: "application/x-git-receive-pack-result",
    "User-Agent": "git/2.39.5",
  };
}

export function sendRawPush(
  pail: PailServer,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return sendRequest(pail.credentials.url, `${path}/git-receive-pack`, {
    method: "POST",
    headers: { ...rawPushHeaders(pail), ...headers },
    body,
  });
}

function packetsOf(bytes: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  let offset = 0;
  while (offset + PACKET_HEADER_BYTES <= bytes.length) {
    const length = Number.parseInt(bytes.toString("ascii", offset, offset + PACKET_HEADER_BYTES), 16);
    if (Number.isNaN(length)) break;
    if (length > PACKET_HEADER_BYTES)
      packets.push(bytes.subarray(offset + PACKET_HEADER_BYTES, offset + length));
    offset += Math.max(length, PACKET_HEADER_BYTES);
  }
  return packets;
}

/** What came on one band of the sideband. */
export function bandOf(bytes: Buffer, band: number): Buffer {
  return Buffer.concat(
    packetsOf(bytes)
      .filter((payload) => payload[0] === band)
      .map((payload) => payload.subarray(1)),
  );
}

/** Reads the answer to a push that was sent with the `side-band-64k` and `report-status` capabilities. */
export function readRawReport(answer: HttpAnswer): RawReport {
  const refs = new Map<string, string>();
  let unpack: string | undefined;
  for (const line of packetsOf(bandOf(answer.bytes, 1))) {
    const text = line.toString("utf8").replace(/\n$/, "");
    if (text.startsWith("unpack ")) unpack = text.slice("unpack ".length);
    const [, verdict, name, reason] = /^(ok|ng) (\S+) ?(.*)$/.exec(text) ?? [];
    if (name !== undefined) refs.set(name, verdict === "ok" ? "ok" : (reason ?? ""));
  }
  return { unpack, refs, messages: bandOf(answer.bytes, 2).toString("utf8") };
}
