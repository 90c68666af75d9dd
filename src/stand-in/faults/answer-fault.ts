import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { CHALLENGE } from "../../http/server/answer-failure.ts";
import type { FaultAnswer } from "./fault.ts";

const RATE_LIMIT_TEXT = "Rate limit for this resource has been exceeded";
const RETRY_AFTER_SECONDS = 60;

const IS_GIT = /\/(?:info\/refs|git-upload-pack|git-receive-pack)(?:\?|$)/;

/** Answers in the place of the server: as Bitbucket does, unless the fault says what to send. */
export function answerFault(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: FaultAnswer,
): void {
  const target = request.url ?? "/";
  const isGit = IS_GIT.test(target);
  const standard = status === 429 ? rateLimited(isGit) : standardAnswer(status, isGit);
  const sent = body ?? standard.body;
  const isJson = body !== undefined && /^\s*[{["]/.test(body);
  response.writeHead(status, {
    ...standard.headers,
    "content-type": body === undefined ? standard.type : isJson ? JSON_TYPE : TEXT_TYPE,
    ...(isBodiless(status) ? {} : { "content-length": Buffer.byteLength(sent) }),
    ...headers,
  });
  response.end(request.method === "HEAD" || isBodiless(status) ? undefined : sent);
}

/** RFC 9110, section 6.4.1. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

type Standard = {
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly body: string;
};

function standardAnswer(status: number, isGit: boolean): Standard {
  const message = STATUS_CODES[status] ?? `Status ${status}`;
  const headers = status === 401 ? { "www-authenticate": CHALLENGE } : {};
  if (isGit) return { headers, type: TEXT_TYPE, body: `${message}\n` };
  return { headers, type: JSON_TYPE, body: JSON.stringify({ type: "error", error: { message } }) };
}

/** Recorded: text, and these headers of a caller with an account. Contract, rest.md §6.1. */
function rateLimited(isGit: boolean): Standard {
  return {
    headers: {
      "retry-after": String(RETRY_AFTER_SECONDS),
      "x-ratelimit-limit": isGit ? "60000" : "1000",
      "x-ratelimit-resource": isGit ? "git" : "api",
      "x-ratelimit-nearlimit": "true",
    },
    type: TEXT_TYPE,
    body: isGit ? `${RATE_LIMIT_TEXT}\n` : RATE_LIMIT_TEXT,
  };
}
