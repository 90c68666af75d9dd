import { request } from "node:http";

export type FormAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** One part, as it is to be written. */
export type RawPart = { readonly headers: readonly string[]; readonly content: string | Buffer };

export const BOUNDARY = "x-boundary-of-the-tests";

/** A multipart body written by hand, for what no client library writes. */
export function multipartBody(parts: readonly RawPart[], boundary = BOUNDARY): Buffer {
  const pieces = parts.flatMap(({ headers, content }) => [
    Buffer.from(`--${boundary}\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** A file as the reference's form has it. `more` are further parameters of its Content-Disposition. */
export function filePart(path: string, content: string | Buffer, more = ""): RawPart {
  return { headers: [`Content-Disposition: form-data; name="${path}"; filename="f"${more}`], content };
}

export function fieldPart(name: string, content: string): RawPart {
  return { headers: [`Content-Disposition: form-data; name="${name}"`], content };
}

/** Sends a body in one piece, whatever it is, and reads the answer. */
export function postBody(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): Promise<FormAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      headers: { "content-length": Buffer.byteLength(body), ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.end(body);
  });
}
