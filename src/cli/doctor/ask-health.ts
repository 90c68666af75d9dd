import type { IncomingMessage } from "node:http";

const ANSWER_MS_MAX = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** What came to the server of a request that was sent to it. */
export type Seen = {
  readonly url: string;
  readonly address: string;
  readonly forwarded: readonly string[];
  readonly has_authorization: boolean;
};

export type HealthAnswer =
  | { readonly kind: "alive"; readonly seen: Seen | undefined; readonly date: Date | undefined }
  | { readonly kind: "answers-otherwise"; readonly status: number; readonly location: string | undefined }
  /** `code` is Node's, such as `ENOTFOUND` or `CERT_HAS_EXPIRED`. */
  | { readonly kind: "fails"; readonly code: string };

type AskOptions = {
  /** Whether the certificate is the server's own affair: it is asked on its port, by whatever name. */
  readonly isOwnCertificate?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks a server how it is, and what arrived of the question. No redirect is followed. */
export async function askHealth(baseUrl: string, options: AskOptions = {}): Promise<HealthAnswer> {
  try {
    const answer = await send(`${baseUrl}/-/health?seen`, "GET", options);
    const body = readAlive(answer.text);
    if (answer.status !== 200 || body === undefined)
      return { kind: "answers-otherwise", status: answer.status, location: answer.headers.location };
    const date = new Date(answer.headers.date ?? "");
    return { kind: "alive", seen: body.seen, date: Number.isNaN(date.getTime()) ? undefined : date };
  } catch (error) {
    return { kind: "fails", code: (error as NodeJS.ErrnoException).code ?? "no answer" };
  }
}

export type SentAnswer = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
};

/** @throws what Node throws if there is no answer. */
export async function send(
  url: string,
  method: "GET" | "POST",
  { isOwnCertificate = false, headers = {} }: AskOptions,
  body?: Buffer,
): Promise<SentAnswer> {
  const { request } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  const { promise, resolve, reject } = Promise.withResolvers<SentAnswer>();
  const sent = request(
    url,
    {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-length": String(body.length) }) },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      agent: false,
      ...(isOwnCertificate ? { rejectUnauthorized: false } : {}),
    },
    async (answer) => {
      let text = "";
      try {
        for await (const piece of answer.setEncoding("utf8") as AsyncIterable<string>) {
          text += piece;
          if (text.length > ANSWER_BYTES_MAX) break;
        }
      } catch (error) {
        return reject(error as Error);
      }
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
    },
  );
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

function readAlive(text: string): { readonly seen?: Seen } | undefined {
  try {
    const body = JSON.parse(text) as { readonly status?: unknown; readonly seen?: Seen } | null;
    return body?.status === "alive" ? body : undefined;
  } catch {
    return undefined;
  }
}
