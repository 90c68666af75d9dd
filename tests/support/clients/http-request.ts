import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, so that a header sent twice is seen twice. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

export async function readAnswer(message: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    bytes,
    text: bytes.toString("utf8"),
  };
}

/**
 * Sends one request with its path byte for byte as written: `fetch` would resolve `..` and mend `%zz` on the way.
 *
 * @param origin such as `http://127.0.0.1:8080`.
 */
export function sendRequest(origin: string, path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  // Node sends the body of a DELETE without any length unless it is told one.
  const length =
    question.body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(question.body)) };
  const request = httpRequest(
    {
      hostname,
      port,
      path,
      method: question.method ?? "GET",
      headers: { ...length, ...question.headers },
      agent: false,
    },
    (message) => readAnswer(message).then(resolve, reject),
  );
  request.on("error", reject);
  request.end(question.body);
  return promise;
}
