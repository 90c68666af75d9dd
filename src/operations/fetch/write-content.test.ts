import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { FetchContent } from "./fetch-answer.ts";
import { writeContent } from "./write-content.ts";

const MEBIBYTE = 1024 * 1024;

/** Content of so many bytes, each telling its place; `onRead` may wait or throw. */
function openNumbers(size: number, onRead: (position: number) => Promise<void> | void = () => {}) {
  const state = { position: 0, closes: 0, pieceBytes: [] as number[] };
  const content: FetchContent = {
    sizeBytes: size,
    async read(buffer) {
      await onRead(state.position);
      const length = Math.min(buffer.length, size - state.position);
      for (let index = 0; index < length; index += 1) buffer[index] = numberAt(state.position + index);
      state.position += length;
      state.pieceBytes.push(buffer.length);
      return length;
    },
    close() {
      state.closes += 1;
    },
  };
  return { content, state };
}

/** Differs between the same places of neighbouring pieces, whatever power of two these are. */
function numberAt(position: number): number {
  return (position + (position >> 13)) & 0xff;
}

type Sending = { readonly response: ServerResponse; readonly signal: AbortSignal };

/** A server that lets `send` answer its only request. */
async function startServer(send: (sending: Sending) => Promise<void>) {
  const outcome = Promise.withResolvers<void>();
  // Told by whoever waits for it, who may come later.
  outcome.promise.catch(() => {});
  const server = createServer((_request, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    send({ response, signal: gone.signal }).then(outcome.resolve, outcome.reject);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.closeAllConnections());
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ port, agent: false }), "response")) as [IncomingMessage];
  return { answer, outcome: outcome.promise };
}

test("sends every byte once and in its order, and says how many", async () => {
  const size = 3 * MEBIBYTE + 12_345;
  const { content, state } = openNumbers(size);
  let told = 0;
  const { answer } = await startServer(async ({ response, signal }) => {
    await writeContent(response, content, signal, (count) => {
      told += count;
    });
    response.end();
  });
  let position = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    for (const byte of part) {
      if (byte !== numberAt(position)) assert.fail(`byte ${position} is wrong`);
      position += 1;
    }
  }
  assert.deepEqual([position, told, state.closes > 0], [size, size, true]);
});

test("reads no further than a client takes, in small pieces once it has shown to be slow, and then all", async () => {
  const size = 64 * MEBIBYTE;
  const { content, state } = openNumbers(size);
  const { answer, outcome } = await startServer(async ({ response, signal }) => {
    await writeContent(response, content, signal, () => {});
    response.end();
  });
  answer.pause();
  const readWhileStalled = async () => {
    let before = -1;
    while (before !== state.position) {
      before = state.position;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return before;
  };
  const stalledAt = await readWhileStalled();
  assert.ok(stalledAt < size / 2, `${stalledAt} bytes were read for a client that takes none`);
  const largest = Math.max(...state.pieceBytes);
  const pieces = state.pieceBytes.length;
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) bytes += part.length;
  await outcome;
  assert.equal(bytes, size);
  assert.ok(Math.min(...state.pieceBytes.slice(pieces)) < largest, "no smaller buffer was used");
});

test("throws what reading throws, after the pieces before it", async () => {
  const { content, state } = openNumbers(10 * MEBIBYTE, (position) => {
    if (position >= MEBIBYTE) throw new Error("the disk is at fault");
  });
  const { answer, outcome } = await startServer(async ({ response, signal }) => {
    try {
      await writeContent(response, content, signal, () => {});
    } finally {
      response.destroy();
    }
  });
  const broken = once(answer, "error");
  answer.resume();
  await assert.rejects(outcome, /the disk is at fault/);
  assert.match(String((await broken)[0]), /aborted/);
  assert.ok(state.closes > 0);
});

for (const [when, waitsAt] of [
  ["before the first piece", 0],
  ["in the middle", MEBIBYTE],
] as const) {
  test(`a client that goes ${when}, while nothing is there to be read, ends it`, async () => {
    const waiting = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { content } = openNumbers(10 * MEBIBYTE, (position) => {
      if (position < waitsAt) return;
      waiting.resolve();
      return closed.promise;
    });
    const { answer, outcome } = await startServer(({ response, signal }) => {
      response.flushHeaders();
      return writeContent(response, { ...content, close: closed.resolve }, signal, () => {});
    });
    answer.on("error", () => {}).resume();
    await waiting.promise;
    answer.destroy();
    await outcome;
  });
}

test("a client that goes while it takes nothing ends it", async () => {
  const { content, state } = openNumbers(64 * MEBIBYTE);
  const { answer, outcome } = await startServer(({ response, signal }) =>
    writeContent(response, content, signal, () => {}),
  );
  answer.on("error", () => {}).pause();
  while (state.position < MEBIBYTE) await new Promise((resolve) => setImmediate(resolve));
  answer.destroy();
  await outcome;
  assert.ok(state.position < 64 * MEBIBYTE);
  assert.ok(state.closes > 0);
});
