import type { Readable } from "node:stream";

/** What a handler answers. The pipeline applies `fields=` to JSON and adds the headers that every answer has. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: "json"; readonly value: unknown }
    | { readonly kind: "bytes"; readonly bytes: Buffer }
    | { readonly kind: "stream"; readonly stream: Readable }
    | { readonly kind: "empty" };
};

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body: { kind: "json", value } };
}

/**
 * 204 as Bitbucket sends it: with a content type and no body. A widely used client library throws at a 204 whose content
 * type is missing or JSON.
 */
export function noContentAnswer(): Answer {
  return { status: 204, headers: { "content-type": "text/html; charset=utf-8" }, body: { kind: "empty" } };
}
