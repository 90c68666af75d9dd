import { createHmac } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { Secret } from "../model/secret.ts";
import { isPublicAddress, lookupPublicAddress, PrivateAddressError } from "./public-address.ts";

/** Documented: a webhook's target must answer within 10 seconds. */
export const SEND_MS_MAX = 10_000;

export type WebhookMessage = {
  readonly url: string;
  readonly body: string;
  readonly secret: Secret | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly skipsCertificateCheck: boolean;
  readonly mayReachPrivateAddresses: boolean;
  readonly signal: AbortSignal;
};

/** What became of one attempt: the status that the target answered, or why there is none. */
export type SendOutcome =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "unreachable"; readonly problem: string }
  /** Trying again would end the same way. */
  | { readonly kind: "refused"; readonly problem: string };

/**
 * Sends one message. Redirects are not followed: they would lead to an address that nobody has judged. Of the answer only
 * the status is looked at.
 */
export function sendWebhook(message: WebhookMessage): Promise<SendOutcome> {
  const url = URL.parse(message.url);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return Promise.resolve({ kind: "refused", problem: "not an http or https URL" });
  }
  // A literal address is connected to without a look-up.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (!message.mayReachPrivateAddresses && isIP(literal) !== 0 && !isPublicAddress(literal)) {
    return Promise.resolve({ kind: "refused", problem: new PrivateAddressError().message });
  }
  return post(url, message);
}

function post(url: URL, message: WebhookMessage): Promise<SendOutcome> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const timeout = AbortSignal.timeout(SEND_MS_MAX);
  return new Promise((resolve) => {
    const sent = request(
      url,
      {
        method: "POST",
        agent: false,
        headers: {
          ...message.headers,
          ...signature(message),
          "content-length": Buffer.byteLength(message.body),
        },
        signal: AbortSignal.any([timeout, message.signal]),
        rejectUnauthorized: !message.skipsCertificateCheck,
        ...(message.mayReachPrivateAddresses ? {} : { lookup: lookupPublicAddress }),
      },
      (response) => {
        resolve({ kind: "answered", status: response.statusCode ?? 0 });
        response.destroy();
      },
    );
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(describeProblem(error, timeout.aborted)));
    sent.end(message.body);
  });
}

/** RFC 2104 over the bytes of the body, as hex: recorded, with its test vector. */
export function signature({ body, secret }: Pick<WebhookMessage, "body" | "secret">): Record<string, string> {
  if (secret === undefined) return {};
  return { "x-hub-signature": `sha256=${createHmac("sha256", secret.reveal()).update(body).digest("hex")}` };
}

function describeProblem(error: NodeJS.ErrnoException, isLate: boolean): SendOutcome {
  if (isLate) return { kind: "unreachable", problem: `no answer within ${SEND_MS_MAX} ms` };
  if (error instanceof PrivateAddressError) return { kind: "refused", problem: error.message };
  return { kind: "unreachable", problem: `could not be reached: ${error.code ?? error.name}` };
}
