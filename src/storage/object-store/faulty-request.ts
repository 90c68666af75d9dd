import { hash } from "node:crypto";
import { attempt, type S3, type SignatureLife } from "./s3-client.ts";
import { findErrorCode, isTransient, readAnswer } from "./store-answer.ts";
import { type AttemptedRequest, type Patience, StoreBusyError, withAttempts } from "./store-attempts.ts";
import type { StoreTransport } from "./store-transport.ts";

/** What is wrong with an upload, or with a read. */
export type Fault =
  | "wrong-checksum"
  | "expired-signature"
  | "wrong-signature"
  | "unsigned-write"
  | "unsigned-read";

export type FaultyRequest = {
  readonly request: AttemptedRequest;
  readonly place: { readonly Bucket: string; readonly Key: string };
  readonly content: Buffer;
  readonly life: SignatureLife;
  readonly fault: Fault;
};

/** So long ago that clocks which differ by minutes do not matter. */
const EXPIRED_FOR_MS = 3_600_000;

/**
 * Sends a request that a store has to refuse.
 *
 * @returns the status of its answer: from 400 to 499 it is refused.
 * @throws Failure unavailable
 */
export function sendFaulty(
  { s3, transport, patience }: { s3: S3; transport: StoreTransport; patience: Patience },
  { request, place, content, life, fault }: FaultyRequest,
): Promise<number> {
  const body = fault === "wrong-checksum" ? Buffer.from(content).fill(0) : content;
  const md5 = hash("md5", content, "base64");
  const command = new s3.sdk.PutObjectCommand({ ...place, ContentLength: body.length, ContentMD5: md5 });
  const expired = { ...life, signedAt: new Date(life.signedAt.getTime() - life.lifeMs - EXPIRED_FOR_MS) };
  return withAttempts(request, patience, undefined, async () => {
    const url = await attempt(request, {
      send: () => s3.sign(command, fault === "expired-signature" ? expired : life),
    });
    if (fault === "wrong-signature") spoilSignature(url);
    if (fault === "unsigned-read" || fault === "unsigned-write") url.search = "";
    const answer = await transport.send(
      fault === "unsigned-read"
        ? { method: "GET", url, headers: {} }
        : {
            method: "PUT",
            url,
            headers: { "content-length": String(body.length), "content-md5": md5 },
            body,
          },
    );
    const status = answer.statusCode!;
    const code = findErrorCode(await readAnswer(answer));
    // A checksum that is found to be wrong is what is asked for here, and no accident on the way.
    if (code !== "BadDigest" && isTransient(status, code))
      throw new StoreBusyError(`status ${status} ${code ?? ""}`);
    return status;
  });
}

function spoilSignature(url: URL): void {
  const name = "X-Amz-Signature";
  const signature = url.searchParams.get(name)!;
  const spoilt = signature.slice(0, -1) + (signature.endsWith("0") ? "1" : "0");
  // As text: what is signed must not be encoded anew.
  url.search = url.search.replace(signature, spoilt);
}
