import type { Readable } from "node:stream";
import type { Answer } from "../../../http/server/answer.ts";

/** The reference: text/plain in whatever encoding the files are, so none is named. What `Accept` asks for changes nothing. */
const HEADERS = { "content-type": "text/plain" };

export function textAnswer(stream: Readable): Answer {
  return { status: 200, headers: HEADERS, body: { kind: "stream", stream } };
}

/** Recorded: two equal sides are 200 without a body. */
export function emptyTextAnswer(): Answer {
  return { status: 200, headers: HEADERS, body: { kind: "bytes", bytes: Buffer.alloc(0) } };
}
