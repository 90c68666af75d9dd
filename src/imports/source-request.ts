import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Secret } from "../model/secret.ts";
import {
  isPrivateHost,
  PrivateAddressError,
  resolvePublicly,
  socketLookup,
} from "../webhooks/public-address.ts";
import { type ResolveName, resolveByDns, resolveBySystem } from "../webhooks/resolve-name.ts";
import type { SourceProblem, SourceRemedies } from "./import-source.ts";

export type SourceRequest = {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** `user:password`, for Basic. */
  readonly credentials: Secret | undefined;
  readonly body?: Buffer;
};

export type SourceAccess = {
  readonly mayReachPrivateAddresses: boolean;
  /** For an answer, and then for each next piece of it. */
  readonly stallMsMax: number;
  /** Replaces DNS, or the operating system's resolver where private addresses may be reached. */
  readonly resolveName?: ResolveName | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Added to what is said of a problem. */
  readonly remedies?: SourceRemedies | undefined;
};

/** Why there is no answer, or it ended early, in words for the operator. */
export class SourceUnreachableError extends Error {
  readonly problem: SourceProblem;

  constructor(text: string, problem: SourceProblem, { remedies = {} }: Pick<SourceAccess, "remedies"> = {}) {
    const remedy = remedies[problem];
    super(remedy === undefined ? text : `${text} (${remedy})`);
    this.name = "SourceUnreachableError";
    this.problem = problem;
  }
}

/** Codes of OpenSSL for a certificate that nobody known vouches for. What else is wrong with one, no authority mends. */
const UNKNOWN_AUTHORITY = /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY)/;

/** Many servers take `git/` at the beginning for the sign of a client of Git. */
const USER_AGENT = "git/2.39 (pail)";

/**
 * Sends one request to a source and waits for the head of the answer. Redirects are not followed. The address that is
 * judged is the one connected to, as for webhooks.
 *
 * @throws SourceUnreachableError
 */
export async function requestSource(
  url: URL,
  { method, headers, credentials, body }: SourceRequest,
  access: SourceAccess,
): Promise<IncomingMessage> {
  const { mayReachPrivateAddresses: mayReachAll, resolveName, stallMsMax, signal } = access;
  // A literal address is connected to without a look-up.
  if (!mayReachAll && isPrivateHost(url.hostname)) throw unreachable(new PrivateAddressError(), access);
  const lookup = socketLookup(
    mayReachAll ? (resolveName ?? resolveBySystem) : resolvePublicly(resolveName ?? resolveByDns),
  );
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(
    url,
    {
      method,
      agent: false,
      headers: {
        ...headers,
        "user-agent": USER_AGENT,
        ...(credentials === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(credentials.reveal()).toString("base64")}` }),
        ...(body === undefined ? {} : { "content-length": body.length }),
      },
      lookup,
      rejectUnauthorized: true,
      ...(signal === undefined ? {} : { signal }),
    },
    (response) => {
      // Without a reader, as after a redirect, nobody else hears that it broke off.
      response.on("error", () => {});
      resolve(response);
    },
  );
  const timer = setTimeout(() => request.destroy(stalled(stallMsMax, access)), stallMsMax);
  request.on("error", (error: NodeJS.ErrnoException) =>
    reject(error instanceof SourceUnreachableError ? error : unreachable(error, access)),
  );
  // Also after an answer that is none, such as 101: no error tells of it.
  request.on("close", () => reject(new SourceUnreachableError("the connection was closed", "unreachable")));
  request.end(body);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The body, piece by piece. The time is measured while a piece is awaited, so that a reader may take as long as it needs.
 *
 * @throws SourceUnreachableError if it stalls or breaks off.
 */
export async function* readSourceBody(
  response: IncomingMessage,
  access: Pick<SourceAccess, "stallMsMax" | "remedies">,
): AsyncGenerator<Buffer> {
  const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => response.destroy(stalled(access.stallMsMax, access)), access.stallMsMax);
      const piece = await pieces.next().finally(() => clearTimeout(timer));
      if (piece.done === true) return;
      yield piece.value;
    }
  } catch (error) {
    if (error instanceof SourceUnreachableError) throw error;
    throw new SourceUnreachableError("the connection broke off", "unreachable");
  } finally {
    response.destroy();
  }
}

export function stalled(stallMsMax: number, access: Pick<SourceAccess, "remedies">): SourceUnreachableError {
  const text = `it has sent nothing for ${stallMsMax / 1000} seconds`;
  return new SourceUnreachableError(text, "stalled", access);
}

function unreachable(error: NodeJS.ErrnoException, access: SourceAccess): SourceUnreachableError {
  if (error instanceof PrivateAddressError) {
    const text = "its host has a private, loopback or link-local address";
    return new SourceUnreachableError(text, "private-address", access);
  }
  const code = error.code ?? error.name;
  const problem = UNKNOWN_AUTHORITY.test(code) ? "unknown-authority" : "unreachable";
  return new SourceUnreachableError(`it could not be reached: ${code}`, problem, access);
}
