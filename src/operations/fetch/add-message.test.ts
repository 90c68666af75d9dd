import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { dataPacket, FLUSH_PACKET, sidebandPackets } from "../../git/wire/packet.ts";
import { addMessage } from "./add-message.ts";
import type { FetchContent } from "./fetch-answer.ts";

const BEGINNING = Buffer.concat([dataPacket("acknowledgments\n"), dataPacket("packfile\n")]);
const PACK = Buffer.concat([sidebandPackets(1, Buffer.alloc(200_000, "P")), FLUSH_PACKET]);
const RESPONSE = Buffer.concat([BEGINNING, PACK]);
const MESSAGE = sidebandPackets(2, Buffer.from("soon\n"));
const TOLD = Buffer.concat([BEGINNING, MESSAGE, PACK]);
const ROUND = Buffer.concat([dataPacket("acknowledgments\n"), dataPacket("NAK\n"), FLUSH_PACKET]);

function contentOf(bytes: Buffer, pieceBytes: number, sizeBytes: number | undefined): FetchContent {
  let at = 0;
  return {
    sizeBytes,
    async read(buffer) {
      const count = bytes.copy(buffer, 0, at, Math.min(at + pieceBytes, bytes.length));
      at += count;
      return count;
    },
    close() {
      at = bytes.length;
    },
  };
}

async function readAll(content: FetchContent): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const buffer = Buffer.alloc(1_000);
  for (let count = await content.read(buffer); count > 0; count = await content.read(buffer))
    pieces.push(Buffer.from(buffer.subarray(0, count)));
  return Buffer.concat(pieces);
}

for (const [what, response, expected] of [
  ["a response with a pack", RESPONSE, TOLD],
  ["a round of the negotiation", ROUND, ROUND],
] as const) {
  test(`${what}: in memory`, async () => {
    const answer = await addMessage({ kind: "bytes", outcome: "hit", bytes: response }, "soon\n");
    assert.ok(answer.kind === "bytes" && answer.bytes.equals(expected));
  });

  for (const pieceBytes of [1, 7, 100_000]) {
    for (const isComplete of [true, false]) {
      test(`${what}: ${isComplete ? "from a file" : "while it is written"}, ${pieceBytes} bytes at a time`, async () => {
        const content = contentOf(response, pieceBytes, isComplete ? response.length : undefined);
        const answer = await addMessage({ kind: "content", outcome: "hit", content }, "soon\n");
        assert.ok(answer.kind === "content");
        assert.equal(answer.content.sizeBytes, isComplete ? expected.length : undefined);
        assert.ok((await readAll(answer.content)).equals(expected));
      });
    }

    test(`${what}: from git itself, ${pieceBytes} bytes at a time`, async () => {
      const pieces = Array.from({ length: Math.ceil(response.length / pieceBytes) }, (_, index) =>
        response.subarray(index * pieceBytes, (index + 1) * pieceBytes),
      );
      const answer = await addMessage(
        {
          kind: "stream",
          outcome: "bypass",
          stream: Readable.from(pieces, { objectMode: false }),
          progress: () => ({ packBytes: 0, isBlocked: false }),
        },
        "soon\n",
      );
      assert.ok(answer.kind === "stream");
      assert.ok(Buffer.concat(await answer.stream.toArray()).equals(expected));
    });
  }
}

test("content that has been closed gives nothing more, also of what was read ahead", async () => {
  const content = contentOf(RESPONSE, 100_000, RESPONSE.length);
  const answer = await addMessage({ kind: "content", outcome: "hit", content }, "soon\n");
  assert.ok(answer.kind === "content");
  answer.content.close();
  assert.equal(await answer.content.read(Buffer.alloc(10)), 0);
});

test("an end of the answer ends git", async () => {
  const stream = new Readable({ read() {} });
  const progress = () => ({ packBytes: 0, isBlocked: false });
  const answer = await addMessage({ kind: "stream", outcome: "bypass", stream, progress }, "soon\n");
  assert.ok(answer.kind === "stream");
  answer.stream.on("error", () => {}).destroy();
  await new Promise((resolve) => stream.once("close", resolve));
});
