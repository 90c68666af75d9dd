import { type ClientRequest, request } from "node:http";

export type LateAnswer = { readonly status: number; readonly text: string };

export type LateRequest = {
  /** Sends the body. */
  finish(): Promise<LateAnswer>;
};

/** What a request is refused with before its body is asked for. */
export class RefusedEarlyError extends Error {
  readonly answer: LateAnswer;
  constructor(answer: LateAnswer) {
    super(`refused before its body: ${answer.status} ${answer.text}`);
    this.answer = answer;
  }
}

/**
 * A request that is let in, and whose body comes as late as the test likes. Resolves when the server has asked for the body,
 * which it does once everything has been checked: RFC 9110, section 10.1.1.
 */
export function beginLate(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: string | Buffer },
): Promise<LateRequest> {
  const length = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: false,
      headers: { ...headers, "content-length": length, expect: "100-continue" },
    });
    const answer = answerTo(sent);
    // A refusal after the body is for `finish`; before it, for whoever waits to send it.
    answer.then((early) => reject(new RefusedEarlyError(early)), reject);
    sent.once("continue", () =>
      resolve({
        finish() {
          sent.end(body);
          return answer;
        },
      }),
    );
    sent.flushHeaders();
  });
}

function answerTo(sent: ClientRequest): Promise<LateAnswer> {
  return new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
      );
      response.once("error", reject);
    });
  });
}
