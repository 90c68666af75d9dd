import { createHmac } from "node:crypto";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Secret } from "../model/secret.ts";
import type { HeaderLine } from "../model/webhook.ts";
import { isPrivateHost, PrivateAddressError, resolvePublicly, socketLookup } from "./public-address.ts";
import { type ResolveName, resolveByDns, resolveBySystem } from "./resolve-name.ts";

export type WebhookMessage = {
  /** POST unless it is told. A GET has no body. */
  readonly method?: "GET";
  readonly url: string;
  readonly body: string;
  readonly secret: Secret | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly skipsCertificateCheck: boolean;
  readonly mayReachPrivateAddresses: boolean;
  /** Replaces DNS, or the operating system if private addresses may be reached. */
  readonly resolveName?: ResolveName | undefined;
  /** The limit for everything from resolving the name to the status of the answer. */
  readonly sendMsMax: number;
  /** How much of the answer's body is read, and for how long after its status. */
  readonly answerBytesMax?: number;
  readonly answerMsMax?: number;
  readonly signal: AbortSignal;
};

/** What a target answers beside its status, for whoever looks for a fault. Only the beginning of it is read. */
export type WebhookAnswer = {
  readonly headers: readonly HeaderLine[];
  readonly body: string;
  readonly isBodyCut: boolean;
};

const ANSWER_BYTES_MAX = 8 * 1024;
const HEADERS_MAX = 50;
const HEADER_LENGTH_MAX = 500;
/** From the status on. The status is the outcome: nobody waits long for a body that is only looked at. */
const ANSWER_MS_MAX = 2_000;

export type SendWebhook = (message: WebhookMessage) => Promise<SendOutcome>;

/** The outcome of one attempt: the status of the target's answer, or why there is none. */
export type SendOutcome =
  | { readonly kind: "answered"; readonly status: number; readonly answer: WebhookAnswer }
  /** Another attempt may succeed. */
  | { readonly kind: "unanswered"; readonly problem: string }
  /** Another attempt would fail in the same way. */
  | { readonly kind: "refused"; readonly problem: string };

/**
 * Sends one message. Redirects are not followed: they would lead to an address that was not checked. Of the answer, the
 * status counts; the beginning of its body is kept to be looked at.
 */
export function sendWebhook(message: WebhookMessage): Promise<SendOutcome> {
  const url = URL.parse(message.url);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return Promise.resolve({ kind: "refused", problem: "not an http or https URL" });
  }
  // A literal address is connected to without a look-up. The URL parser has normalized decimal, octal and short forms.
  if (!message.mayReachPrivateAddresses && isPrivateHost(url.hostname)) {
    return Promise.resolve({ kind: "refused", problem: new PrivateAddressError().message });
  }
  return post(url, message);
}

function post(url: URL, message: WebhookMessage): Promise<SendOutcome> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const timeout = AbortSignal.timeout(message.sendMsMax);
  return new Promise((resolve) => {
    const sent = request(
      url,
      {
        method: message.method ?? "POST",
        // A connection of its own: one that was kept would have been judged for another name.
        agent: false,
        headers: {
          ...message.headers,
          ...signature(message),
          ...(message.method === "GET" ? {} : { "content-length": Buffer.byteLength(message.body) }),
        },
        signal: AbortSignal.any([timeout, message.signal]),
        rejectUnauthorized: !message.skipsCertificateCheck,
        lookup: socketLookup(resolverOf(message)),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        void readAnswer(response, message).then((answer) => resolve({ kind: "answered", status, answer }));
      },
    );
    let isAnswered = false;
    sent.on("response", () => {
      isAnswered = true;
    });
    const end = (outcome: SendOutcome) => {
      if (!isAnswered) resolve(outcome);
    };
    sent.on("error", (error: NodeJS.ErrnoException) =>
      end(describeProblem(error, timeout.aborted, message.sendMsMax)),
    );
    // Also after an answer that is none, such as 101: no error tells of it.
    sent.on("close", () => end({ kind: "unanswered", problem: "the connection was closed" }));
    if (message.method === "GET") sent.end();
    else sent.end(message.body);
  });
}

async function readAnswer(
  response: IncomingMessage,
  { answerBytesMax = ANSWER_BYTES_MAX, answerMsMax = ANSWER_MS_MAX }: WebhookMessage,
): Promise<WebhookAnswer> {
  const late = setTimeout(() => response.destroy(), answerMsMax);
  const parts: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > answerBytesMax) break;
    }
  } catch {
    // It broke off, or took too long: what has come is kept.
    isCut = true;
  } finally {
    clearTimeout(late);
    response.destroy();
  }
  const body = Buffer.concat(parts).subarray(0, answerBytesMax);
  return {
    headers: headerLines(response.rawHeaders),
    // PostgreSQL stores no zero byte in a text.
    body: body.toString("utf8").replaceAll("\0", "\ufffd"),
    isBodyCut: isCut || bytes > answerBytesMax,
  };
}

function headerLines(raw: readonly string[]): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index + 1 < raw.length && lines.length < HEADERS_MAX; index += 2)
    lines.push([raw[index]!.slice(0, HEADER_LENGTH_MAX), raw[index + 1]!.slice(0, HEADER_LENGTH_MAX)]);
  return lines;
}

function resolverOf({ mayReachPrivateAddresses, resolveName }: WebhookMessage): ResolveName {
  return mayReachPrivateAddresses
    ? (resolveName ?? resolveBySystem)
    : resolvePublicly(resolveName ?? resolveByDns);
}

/** RFC 2104 over the bytes of the body, as hex: recorded, with its test vector. */
export function signature({ body, secret }: Pick<WebhookMessage, "body" | "secret">): Record<string, string> {
  if (secret === undefined) return {};
  return { "x-hub-signature": `sha256=${createHmac("sha256", secret.reveal()).update(body).digest("hex")}` };
}

function describeProblem(error: NodeJS.ErrnoException, isLate: boolean, sendMsMax: number): SendOutcome {
  if (isLate) return { kind: "unanswered", problem: `no answer within ${sendMsMax} ms` };
  if (error instanceof PrivateAddressError) return { kind: "refused", problem: error.message };
  return { kind: "unanswered", problem: `could not be reached: ${error.code ?? error.name}` };
}
