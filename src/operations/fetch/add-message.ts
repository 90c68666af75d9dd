import { pipeline, Transform } from "node:stream";
import { BEGINNING_BYTES_MAX, findMessagePlace } from "../../git/wire/message-place.ts";
import { sidebandPackets } from "../../git/wire/packet.ts";
import type { FetchAnswer, FetchContent } from "./fetch-answer.ts";

/**
 * Puts a message into the answer to one caller, as git shows it to its user: in a sideband, before the pack. An answer
 * without a pack, such as one round of a negotiation, gets none, so a fetch has it once. What is cached stays as it is.
 *
 * @param message of at most 900 bytes: the oldest sidebands have packets of 1,000.
 */
export async function addMessage(answer: FetchAnswer, message: string): Promise<FetchAnswer> {
  const packet = sidebandPackets(2, Buffer.from(message));
  switch (answer.kind) {
    case "bytes":
      return { ...answer, bytes: insert(answer.bytes, packet)?.bytes ?? answer.bytes };
    case "content":
      return { ...answer, content: await addToContent(answer.content, packet) };
    case "stream": {
      const { stream } = answer;
      const added = addToStream(packet);
      // An end of either is the end of both.
      pipeline(stream, added, () => {});
      const { progress } = answer;
      return {
        ...answer,
        stream: added,
        progress: () => {
          const { packBytes, isBlocked } = progress();
          return { packBytes, isBlocked: isBlocked || added.readableLength > 0 };
        },
      };
    }
  }
}

/** Undefined: more has to be seen first. */
function insert(
  beginning: Buffer,
  packet: Buffer,
): { readonly bytes: Buffer; readonly hasMessage: boolean } | undefined {
  const place = findMessagePlace(beginning);
  switch (place.kind) {
    case "found": {
      const parts = [beginning.subarray(0, place.offset), packet, beginning.subarray(place.offset)];
      return { bytes: Buffer.concat(parts), hasMessage: true };
    }
    case "none":
      return { bytes: beginning, hasMessage: false };
    case "unknown":
      return undefined;
  }
}

async function readBeginning(content: FetchContent, packet: Buffer) {
  let beginning: Buffer = Buffer.alloc(0);
  for (;;) {
    const piece = Buffer.allocUnsafe(BEGINNING_BYTES_MAX);
    const count = await content.read(piece);
    beginning = Buffer.concat([beginning, piece.subarray(0, count)]);
    const inserted = insert(beginning, packet);
    if (inserted !== undefined) return inserted;
    if (count === 0) return { bytes: beginning, hasMessage: false };
  }
}

async function addToContent(content: FetchContent, packet: Buffer): Promise<FetchContent> {
  /** What has been read ahead and not been given out. Undefined: nothing has been read. */
  let ahead: Buffer | undefined;
  // The length is told before the first byte. While the content is being written nobody knows it, and nothing waits here.
  let { sizeBytes } = content;
  if (sizeBytes !== undefined) {
    try {
      const { bytes, hasMessage } = await readBeginning(content, packet);
      ahead = bytes;
      if (hasMessage) sizeBytes += packet.length;
    } catch (error) {
      content.close();
      throw error;
    }
  }
  return {
    sizeBytes,
    async read(buffer) {
      ahead ??= (await readBeginning(content, packet)).bytes;
      if (ahead.length === 0) return content.read(buffer);
      const count = ahead.copy(buffer);
      ahead = ahead.subarray(count);
      return count;
    },
    close() {
      ahead = Buffer.alloc(0);
      content.close();
    },
  };
}

function addToStream(packet: Buffer): Transform {
  let beginning: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      if (beginning === undefined) return done(null, bytes);
      beginning = Buffer.concat([beginning, bytes]);
      const inserted = insert(beginning, packet);
      if (inserted === undefined) return done();
      beginning = undefined;
      done(null, inserted.bytes);
    },
    flush(done) {
      done(null, beginning);
    },
  });
}
