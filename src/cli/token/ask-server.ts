import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { UsageError } from "../terminal/problem.ts";

/** Who holds a token, and the server that made it. */
export type HeldToken = {
  readonly url: string;
  /** For Basic authentication. Undefined: the token is sent as Bearer. */
  readonly user: string | undefined;
  readonly token: Secret;
};

const TIMEOUT_MS = 30_000;
/** A token has 192 characters. */
const INPUT_LENGTH_MAX = 4_096;

/**
 * A token from a file or from standard input, never from an argument: lists of processes show those.
 *
 * @throws UsageError if there is none. Nothing of it is shown.
 */
export async function readHeldToken(
  file: string | undefined,
  input: Readable & { readonly isTTY?: boolean },
): Promise<Secret> {
  if (file !== undefined) return parseToken(await readFile(file, "utf8"), "--token-file");
  if (input.isTTY === true)
    throw new UsageError("standard input must have the token: give it by a pipe, or use --token-file");
  let text = "";
  for await (const piece of input.setEncoding("utf8") as AsyncIterable<string>) {
    text += piece;
    if (/\S\s/.test(text) || text.length > INPUT_LENGTH_MAX) break;
  }
  return parseToken(text, "standard input");
}

function parseToken(text: string, from: string): Secret {
  const token = text.trim().split(/\s/, 1)[0] ?? "";
  if (!/^[\x21-\x7e]{20,1024}$/.test(token)) throw new UsageError(`${from}: has no token`);
  return new Secret(token);
}

/**
 * Posts JSON with a token.
 *
 * @returns what the server answers.
 * @throws Failure with the server's message and fields; UsageError if the URL is none.
 */
export async function askServer(
  { url, user, token }: HeldToken,
  path: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(targetOf(url, path), {
    method: "POST",
    // A redirect would send the token on.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { authorization: authorizationOf(user, token), "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new Failure("unavailable", `No answer from ${url}: ${causeOf(error)}`);
  });
  const json = (await answer.json().catch(() => undefined)) as Readonly<Record<string, unknown>> | undefined;
  if (answer.ok && json !== undefined) return json;
  throw refusalOf(answer.status, json);
}

function targetOf(url: string, path: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol) || base.username !== "" || base.password !== "")
    throw new UsageError("--url: must be the URL of a server, such as https://git.example.com");
  return new URL(path, base);
}

function authorizationOf(user: string | undefined, token: Secret): string {
  return user === undefined
    ? `Bearer ${token.reveal()}`
    : `Basic ${Buffer.from(`${user}:${token.reveal()}`).toString("base64")}`;
}

function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof Error && cause.message !== "") return cause.message;
  return error instanceof Error ? error.message : String(error);
}

type ErrorBody = {
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
};

function refusalOf(status: number, json: Readonly<Record<string, unknown>> | undefined): Failure {
  const { message, detail, fields } = (json?.error ?? {}) as ErrorBody;
  const text = typeof message === "string" ? message : `The server answered ${status}`;
  return new Failure(fields === undefined ? "conflict" : "invalid-input", text, {
    ...(fields === undefined ? {} : { fields }),
    ...(typeof detail === "string" ? { reason: detail } : {}),
  });
}
