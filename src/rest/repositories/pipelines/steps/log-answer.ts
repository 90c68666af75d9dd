import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { type Answer, jsonAnswer } from "../../../../http/server/answer.ts";
import { Failure } from "../../../../model/failure.ts";
import type { PipelineStep } from "../../../../model/pipeline.ts";
import { bracedUuid } from "../../../../model/uuid.ts";
import { pipelineNotFound } from "../../../../operations/pipelines/pipeline-failures.ts";
import type { Ports } from "../../../../ports.ts";
import { readLog } from "../../../../storage/sql/pipelines/logs.ts";
import { namesEtag, readRange } from "../../src/conditions.ts";

const TYPE = "application/octet-stream";

/**
 * The log of a step as bytes, all or the requested range. Bitbucket redirects to a storage once the step is done; here the bytes
 * themselves are answered (our choice).
 *
 * @throws Failure not-acceptable for a request that takes only other types, as recorded for JSON and plain text.
 */
export async function logAnswer(
  { database }: Pick<Ports, "database">,
  { uuid, logBytes: size }: Pick<PipelineStep, "uuid" | "logBytes">,
  { headers: asked, method }: { readonly headers: IncomingHttpHeaders; readonly method: string },
): Promise<Answer> {
  if (!isAccepted(asked.accept)) throw new Failure("not-acceptable", `The log is offered as ${TYPE} only`);
  // Recorded text.
  if (size === undefined) throw pipelineNotFound(`Log in step ${bracedUuid(uuid)} does not exist.`);
  // A log only grows.
  const etag = `"${uuid}-${size}"`;
  const kept = { etag, "cache-control": "private, no-cache", vary: "Authorization" };
  if (namesEtag(asked["if-none-match"], etag)) return { status: 304, headers: kept, body: { kind: "empty" } };
  const wanted = readRange(asked, size, etag);
  if (wanted.kind === "unsatisfiable") {
    const error = { message: `Cannot send the range: the log has ${size} bytes` };
    return jsonAnswer(416, { type: "error", error }, { "content-range": `bytes */${size}` });
  }
  const range = wanted.kind === "part" ? wanted.range : { first: 0, last: size - 1 };
  const headers = {
    ...kept,
    ...(wanted.kind === "part" ? { "content-range": `bytes ${range.first}-${range.last}/${size}` } : {}),
    "content-type": TYPE,
    "content-security-policy": "default-src 'none'; sandbox",
    "accept-ranges": "bytes",
    "content-length": String(range.last - range.first + 1),
  };
  const status = wanted.kind === "part" ? 206 : 200;
  if (method === "HEAD") return { status, headers, body: { kind: "stream", stream: Readable.from([]) } };
  return { status, headers, body: { kind: "bytes", bytes: await readLog(database.kysely, uuid, range) } };
}

/** RFC 9110, section 12.5.1. Without the header any type will do. */
function isAccepted(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === "") return true;
  return accept.split(",").some((each) => {
    const [type = "", ...parameters] = each
      .toLowerCase()
      .split(";")
      .map((part) => part.trim());
    const isRefused = parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
    return !isRefused && [TYPE, "application/*", "*/*"].includes(type);
  });
}
