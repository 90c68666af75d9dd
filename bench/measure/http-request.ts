/** A request that is sent over and over. */
export type HttpRequest = {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Each time with another number in a header, so that no server can give the answer to the request before. */
  readonly isVaried?: boolean;
};

/** The header that varies. */
export const NUMBER_HEADER = "x-request-number";

export type HttpAnswer = { readonly status: number; readonly body: Buffer };

/** One request, for looking at its answer. */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  const answer = await fetch(request.url, {
    method: request.method ?? "GET",
    headers: request.headers ?? {},
    ...(request.body === undefined ? {} : { body: new Uint8Array(request.body) }),
  });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}

/** @throws Error if the status is not 200 or `isRight` finds the body wrong: nothing is timed that answers wrongly. */
export async function check(
  what: string,
  request: HttpRequest,
  isRight: (body: Buffer) => boolean,
): Promise<HttpAnswer> {
  const answer = await send(request);
  if (answer.status !== 200 || !isRight(answer.body)) {
    const start = answer.body.subarray(0, 300).toString("latin1");
    throw new Error(
      `${what}: a wrong answer, status ${answer.status}, ${answer.body.length} bytes: ${start}`,
    );
  }
  return answer;
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
