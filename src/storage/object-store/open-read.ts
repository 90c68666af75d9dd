import type { IncomingMessage } from "node:http";
import { type ByteRange, NoSuchObjectError, ShortObjectError } from "./object-store.ts";
import { attempt, type S3 } from "./s3-client.ts";
import { type AttemptedRequest, openAttempts, type Patience, StoreBusyError } from "./store-attempts.ts";
import { busyBecauseOf } from "./store-transport.ts";

export type ReadRequest = AttemptedRequest & {
  /** As the caller has it. */
  readonly key: string;
  readonly place: { readonly Bucket: string; readonly Key: string };
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
};

/** What is still to come of an object. `last` is known when the store has told the object's length. */
type Rest = { first: number; last: number | undefined };

export type OpenedRead = {
  readonly bytes: number;
  readonly chunks: AsyncIterable<Buffer>;
  /** Ends the connection, if there is still something to come. */
  close(): void;
};

/**
 * The bytes of an object, which never changes under its key: what is cut off goes on where it was.
 *
 * @returns after the first answer has come, so that a missing object is known before any byte.
 * @throws NoSuchObjectError, ShortObjectError
 */
export async function openRead(s3: S3, request: ReadRequest, patience: Patience): Promise<OpenedRead> {
  const { range, signal } = request;
  const rest: Rest = { first: range?.first ?? 0, last: range?.last };
  const attempts = openAttempts(request, patience, signal);

  /** @throws NoSuchObjectError, ShortObjectError, Failure unavailable */
  async function open(): Promise<IncomingMessage> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await get(s3, request, rest);
      } catch (error) {
        await attempts.pauseAfter(error);
      }
    }
  }

  let answer = await open();
  const first = rest.first;
  const bytes = rest.last! - first + 1;

  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      try {
        for await (const chunk of answer as AsyncIterable<Buffer>) {
          rest.first += chunk.length;
          attempts.succeed();
          yield chunk;
        }
        if (rest.first > rest.last!) return;
        throw new StoreBusyError("fewer bytes than it announced");
      } catch (error) {
        await attempts.pauseAfter(busyBecauseOf(error));
      }
      answer = await open();
    }
  }
  return { bytes, chunks: chunks(), close: () => answer.destroy() };
}

async function get(s3: S3, request: ReadRequest, rest: Rest): Promise<IncomingMessage> {
  const { key, place, range, signal } = request;
  // The first request for all of it names no range: an empty object has none.
  const isPart = range !== undefined || rest.first > 0;
  const Range = isPart ? { Range: `bytes=${rest.first}-${rest.last ?? ""}` } : {};
  const command = new s3.sdk.GetObjectCommand({ ...place, ...Range });
  const answer = await attempt(request, {
    send: () => s3.client.send(command, signal && { abortSignal: signal }),
    whenMissing: () => {
      throw new NoSuchObjectError(key);
    },
    signal,
  });
  const body = answer.Body as unknown as IncomingMessage;
  try {
    const length = announcedLength(answer.ContentLength);
    if (isPart) requireRange(request, answer.ContentRange, rest, length);
    rest.last ??= rest.first + length - 1;
    return body;
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** Without it, an answer that is cut off could not be told from a short one. */
function announcedLength(length: number | undefined): number {
  if (length === undefined) throw new StoreBusyError("an answer without a length");
  return length;
}

/** @throws ShortObjectError if the object is too short for the range; StoreBusyError if it is another range. */
function requireRange(
  request: AttemptedRequest,
  contentRange: string | undefined,
  rest: Rest,
  length: number,
) {
  const found = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? "")?.slice(1) ?? [];
  const [first, last, total] = found.map(Number);
  if (rest.last !== undefined && total !== undefined && total <= rest.last)
    throw new ShortObjectError(`${request.description}: the object has ${total} bytes only`);
  const isAsked =
    first === rest.first && last !== undefined && length === last - first + 1 && last === (rest.last ?? last);
  if (!isAsked) throw new StoreBusyError(`another range than it was asked for (${contentRange ?? "none"})`);
}
