import type { IncomingMessage } from "node:http";
import { ShortObjectError } from "./object-store.ts";
import { type AttemptedRequest, StoreBusyError, storeUnavailable } from "./store-attempts.ts";
import { busyBecauseOf } from "./store-transport.ts";

/** Of what the store says about itself in XML. */
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Codes of errors that another try may not meet. Of those with a status below 500 only: the others all are such. A checksum
 * that is wrong at the store was right here, so the bytes were damaged on their way.
 */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  "BadDigest",
  "IncompleteBody",
  "OperationAborted",
  "ConcurrentModification",
  "RequestTimeout",
  "SlowDown",
  "Throttling",
  "TooManyRequests",
]);
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether the store asks for another try, by the status of its answer and the code of its error, if there is one. */
export function isTransient(status: number, code: string | undefined): boolean {
  return status >= 500 || TRANSIENT_STATUSES.has(status) || (code !== undefined && TRANSIENT_CODES.has(code));
}

/** Reads an answer to its end. @throws StoreBusyError if it is cut off, or is longer than any answer of a store. */
export async function readAnswer(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) throw new StoreBusyError(`an answer above ${ANSWER_BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw busyBecauseOf(error);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The code of an error in XML, such as `NoSuchKey`. Undefined: what has answered is no store. */
export function findErrorCode(answer: string): string | undefined {
  return /<Code>([A-Za-z0-9._-]{1,100})<\/Code>/.exec(answer)?.[1];
}

/** RFC 9110, section 15.5.17. */
const RANGE_NOT_SATISFIABLE = 416;

/**
 * @throws StoreBusyError if another try may succeed; ShortObjectError if the object ends before the range that was asked for;
 * Failure unavailable otherwise.
 */
export function refuse(request: AttemptedRequest, status: number, code: string | undefined): never {
  const reason = code === undefined ? `status ${status}` : `status ${status} ${code}`;
  if (isTransient(status, code)) throw new StoreBusyError(reason);
  if (status === RANGE_NOT_SATISFIABLE) throw new ShortObjectError(`${request.description}: ${reason}`);
  throw storeUnavailable(request, reason);
}
