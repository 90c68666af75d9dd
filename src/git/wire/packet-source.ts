import { type Packet, parsePacket } from "./packet.ts";

/** Packets from a stream of bytes, and then the bytes behind them, without holding more than one piece of the stream. */
export type PacketSource = {
  /** The next packet; undefined if the stream ends before it begins. @throws MalformedPacketError also if it ends within. */
  readPacket(): Promise<Packet | undefined>;
  /** Everything that has not been read as packets. */
  remainder(): AsyncIterable<Buffer>;
};

export function openPacketSource(stream: AsyncIterable<Buffer>): PacketSource {
  const pieces = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  return {
    async readPacket() {
      for (;;) {
        const parsed = parsePacket(held, offset);
        if (parsed !== undefined) {
          offset = parsed.end;
          return parsed.packet;
        }
        const piece = await pieces.next();
        if (piece.done === true) {
          if (offset === held.length) return undefined;
          throw new EndWithinPacketError();
        }
        held = Buffer.concat([held.subarray(offset), piece.value]);
        offset = 0;
      }
    },
    async *remainder() {
      if (offset < held.length) yield held.subarray(offset);
      held = Buffer.alloc(0);
      offset = 0;
      for (;;) {
        const piece = await pieces.next();
        if (piece.done === true) return;
        yield piece.value;
      }
    },
  };
}

/** The sender stopped in the middle of a packet: it has gone, or has sent something else than packets. */
export class EndWithinPacketError extends Error {
  constructor() {
    super("the stream ends within a packet");
    this.name = "EndWithinPacketError";
  }
}
