import { DESCRIPTOR_BYTES_MAX, parseBaseUrl, readDescriptor } from "../../connect/descriptor.ts";
import { openSharedSecret } from "../../connect/shared-secret.ts";
import { withoutSignature, writeTokenForApp } from "../../connect/token-for-app.ts";
import type { AppCall, AppDescriptor, AppKey, Installation } from "../../model/app.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { HeaderLine } from "../../model/webhook.ts";
import { withoutPassword } from "../../model/without-password.ts";
import type { By, Ports } from "../../ports.ts";
import { insertAppCall } from "../../storage/sql/apps/app-calls.ts";
import { isPrivateHost } from "../../webhooks/public-address.ts";
import type { SendOutcome } from "../../webhooks/send-webhook.ts";

export type AppCallPorts = Pick<Ports, "config" | "clock" | "newUuid" | "keys">;

/** For the whole call, answer and all. */
const CALL_MS_MAX = 10_000;

/** Recorded: lifecycle calls do not name themselves as webhooks do. */
const USER_AGENT = "python-requests/2.22.0";

type Asked = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As they are stored: without a signature. */
  readonly shownHeaders: readonly HeaderLine[];
  readonly body: string;
  readonly shownBody: string | undefined;
  readonly canonicalRequest: string | undefined;
  readonly answerBytesMax?: number;
};

type Place = Pick<AppCall, "workspaceUuid" | "appKey" | "kind">;

/** Sends one request as webhooks are sent: to public addresses, without redirects, within limits. Never throws. */
async function send(
  { config, clock, newUuid }: Pick<Ports, "config" | "clock" | "newUuid">,
  signal: AbortSignal,
  place: Place,
  asked: Asked,
): Promise<{ readonly call: AppCall; readonly outcome: SendOutcome }> {
  // Loaded for the first call, as for the first delivery.
  const { sendWebhook } = await import("../../webhooks/send-webhook.ts");
  const sentAt = clock();
  const begin = performance.now();
  const outcome = await sendWebhook({
    ...(asked.method === "GET" ? { method: "GET" } : {}),
    url: asked.url,
    body: asked.body,
    secret: undefined,
    headers: asked.headers,
    skipsCertificateCheck: false,
    mayReachPrivateAddresses: config.mayReachPrivateAddresses,
    sendMsMax: CALL_MS_MAX,
    ...(asked.answerBytesMax === undefined
      ? {}
      : { answerBytesMax: asked.answerBytesMax, answerMsMax: CALL_MS_MAX }),
    signal,
  });
  const isAnswered = outcome.kind === "answered";
  const call: AppCall = {
    ...place,
    uuid: newUuid(),
    sentAt,
    durationMs: Math.round(performance.now() - begin),
    method: asked.method,
    url: withoutPassword(asked.url),
    canonicalRequest: asked.canonicalRequest,
    requestHeaders: asked.shownHeaders,
    requestBody: asked.shownBody,
    responseStatus: isAnswered ? outcome.status : undefined,
    responseHeaders: isAnswered ? outcome.answer.headers : [],
    responseBody: isAnswered ? outcome.answer.body.slice(0, SHOWN_LENGTH_MAX) : undefined,
    problem: problemOf(outcome),
  };
  return { call, outcome };
}

/** Of an answer, in the log. */
const SHOWN_LENGTH_MAX = 8 * 1024;

function problemOf(outcome: SendOutcome): string | undefined {
  if (outcome.kind !== "answered") return outcome.problem;
  if (outcome.status >= 300 && outcome.status < 400) return "redirects are not followed";
  return outcome.status >= 200 && outcome.status < 300 ? undefined : `it answered ${outcome.status}`;
}

export async function recordCall(by: By, call: AppCall): Promise<void> {
  await by.transaction((tx) => insertAppCall(tx, call));
}

/**
 * Fetches and reads a descriptor. What came of it is in the log of calls, whether it is valid or not.
 *
 * @throws Failure invalid-input that tells what is wrong with the URL, the answer or the descriptor.
 */
export async function fetchDescriptor(
  ports: AppCallPorts,
  by: By,
  workspaceUuid: Uuid,
  urlText: string,
): Promise<AppDescriptor> {
  const url = requireDescriptorUrl(ports, urlText);
  const place = { workspaceUuid, appKey: undefined, kind: "descriptor" } as const;
  const headers = { accept: "application/json", "user-agent": USER_AGENT };
  const { call, outcome } = await send(ports, by.signal, place, {
    method: "GET",
    url,
    headers,
    shownHeaders: Object.entries(headers),
    body: "",
    shownBody: undefined,
    canonicalRequest: undefined,
    answerBytesMax: DESCRIPTOR_BYTES_MAX,
  });
  const read = await readAnswer(ports, outcome, call);
  if (read instanceof Failure) {
    await recordCall(by, { ...call, problem: read.message.slice(0, SHOWN_LENGTH_MAX) });
    throw read;
  }
  requirePublic(ports, read.baseUrl, "baseUrl");
  await recordCall(by, { ...call, appKey: read.key });
  return read;
}

async function readAnswer(
  { config }: Pick<Ports, "config">,
  outcome: SendOutcome,
  { problem }: AppCall,
): Promise<AppDescriptor | Failure> {
  if (outcome.kind !== "answered" || problem !== undefined)
    return new Failure("invalid-input", `The descriptor could not be read: ${problem}`);
  if (outcome.answer.isBodyCut)
    return new Failure(
      "invalid-input",
      `The descriptor could not be read: it is larger than ${DESCRIPTOR_BYTES_MAX} bytes, or took longer than ${CALL_MS_MAX} ms`,
    );
  try {
    return await readDescriptor(outcome.answer.body, { mayBeHttp: config.mayReachPrivateAddresses });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/**
 * The same rules as for a base URL, with a query. @throws Failure invalid-input.
 */
export function requireDescriptorUrl(ports: Pick<Ports, "config">, text: string): string {
  const question = text.indexOf("?");
  const path = question === -1 ? text : text.slice(0, question);
  const found = parseBaseUrl(path, { mayBeHttp: ports.config.mayReachPrivateAddresses });
  if (typeof found === "string") throw invalidField("descriptor_url", found);
  if (!/^[\x21-\x7e]{1,2000}$/.test(text) || text.includes("#"))
    throw invalidField("descriptor_url", "is not a URL in ASCII, or has a fragment");
  requirePublic(ports, text, "descriptor_url");
  return text;
}

/** The address that a name resolves to is checked at each call. @throws Failure invalid-input. */
export function requirePublic({ config }: Pick<Ports, "config">, url: string, field: string): void {
  if (!config.mayReachPrivateAddresses && isPrivateHost(new URL(url).hostname))
    throw invalidField(field, "must be a public address (the server's operator may allow others)");
}

/** What a lifecycle call tells. */
export type LifecycleBody = Readonly<Record<string, unknown>>;

/**
 * Posts a lifecycle call, signed with the secret of the installation unless the app is to get its first one now.
 *
 * @param url of the descriptor that is installed or uninstalled.
 */
export async function postLifecycle(
  ports: AppCallPorts,
  signal: AbortSignal,
  installation: Installation,
  {
    kind,
    url,
    body,
    isSigned,
  }: {
    readonly kind: "installed" | "uninstalled";
    readonly url: string;
    readonly body: LifecycleBody;
    readonly isSigned: boolean;
  },
): Promise<{ readonly call: AppCall; readonly isTaken: boolean }> {
  const headers: Record<string, string> = { "content-type": "application/json", "user-agent": USER_AGENT };
  const shown: HeaderLine[] = Object.entries(headers);
  let canonicalRequest: string | undefined;
  if (isSigned) {
    const secret = await openSharedSecret(ports, installation);
    const token = writeTokenForApp(installation, secret, { method: "POST", url }, ports.clock());
    headers.authorization = `JWT ${token.text}`;
    shown.push(["authorization", `JWT ${withoutSignature(token.text)}`]);
    ({ canonicalRequest } = token);
  }
  const place = { workspaceUuid: installation.workspaceUuid, appKey: installation.appKey as AppKey, kind };
  const sent = await send(ports, signal, place, {
    method: "POST",
    url,
    headers,
    shownHeaders: shown,
    body: JSON.stringify(body),
    shownBody: JSON.stringify({ ...body, ...(body.sharedSecret === undefined ? {} : { sharedSecret: "…" }) }),
    canonicalRequest,
  });
  const call = withoutEcho(sent.call, [body.sharedSecret, headers.authorization?.split(".")[2]]);
  const { responseStatus: status } = call;
  // Documented: anything else leaves the installation incomplete.
  const isTaken = status === 200 || status === 204;
  const problem = call.problem ?? (isTaken ? undefined : `it answered ${status}, neither 200 nor 204`);
  return { call: { ...call, problem }, isTaken };
}

/** Without what the app must not be told again to others, should it have repeated what it was sent. */
function withoutEcho(call: AppCall, secrets: readonly unknown[]): AppCall {
  const hide = (text: string) =>
    secrets.reduce<string>(
      (shown, secret) => (typeof secret === "string" ? shown.replaceAll(secret, "…") : shown),
      text,
    );
  return {
    ...call,
    responseHeaders: call.responseHeaders.map(([name, value]) => [name, hide(value)]),
    responseBody: call.responseBody === undefined ? undefined : hide(call.responseBody),
  };
}
