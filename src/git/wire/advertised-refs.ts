import { packetText } from "./packet.ts";
import type { PacketSource } from "./packet-source.ts";

/** What upload-pack says first, read as a client: gitprotocol-pack(5), "Reference Discovery". */
export type AdvertisedRefs = {
  readonly capabilities: readonly string[];
  /** Such as `<object id> refs/heads/main`, without what tags peel to. As bytes: a ref's name need not be text. */
  readonly lines: readonly Buffer[];
  readonly isShallow: boolean;
};

/** The server's own refusal, in its words. */
export class RemoteError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "RemoteError";
  }
}

const LINE_FEED = 0x0a;
const NO_REFS = "capabilities^{}";

/** @throws RemoteError, MalformedPacketError, or EndWithinPacketError. */
export async function readAdvertisedRefs(source: PacketSource): Promise<AdvertisedRefs | undefined> {
  const header = await source.readPacket();
  // gitprotocol-http(5): a client must see this line before it believes the rest.
  if (header?.kind !== "data" || packetText(header.payload) !== "# service=git-upload-pack") return undefined;
  if ((await source.readPacket())?.kind !== "flush") return undefined;
  let capabilities: readonly string[] = [];
  let isShallow = false;
  let isFirst = true;
  const lines: Buffer[] = [];
  for (;;) {
    const packet = await source.readPacket();
    if (packet === undefined) return undefined;
    if (packet.kind !== "data") return { capabilities, lines, isShallow };
    refuseRemoteError(packet.payload);
    let line = packet.payload;
    if (line.at(-1) === LINE_FEED) line = line.subarray(0, -1);
    const nul = line.indexOf(0);
    if (isFirst && nul !== -1) {
      capabilities = line.toString("utf8", nul + 1).split(" ");
      line = line.subarray(0, nul);
    }
    isFirst = false;
    const text = line.toString("latin1");
    if (text.startsWith("shallow ")) isShallow = true;
    else if (isRefLine(text)) lines.push(line);
  }
}

function isRefLine(text: string): boolean {
  return !text.endsWith(" HEAD") && !text.endsWith("^{}") && !text.endsWith(` ${NO_REFS}`);
}

/** gitprotocol-pack(5), "pkt-line Format": `ERR` may come instead of any packet. */
export function refuseRemoteError(payload: Buffer): void {
  if (payload.subarray(0, 4).toString("latin1") === "ERR ")
    throw new RemoteError(packetText(payload.subarray(4)));
}
