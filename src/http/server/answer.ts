import type { Readable } from "node:stream";

/** What a handler answers. The pipeline applies `fields=` to JSON and adds the headers that every answer has. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The next one may be better, so this one is not kept. */
  readonly isProvisional?: true;
  readonly body:
    | { readonly kind: "json"; readonly value: unknown }
    /** JSON that is written already: of a request without `fields=`. */
    | { readonly kind: "written-json"; readonly json: Buffer }
    | { readonly kind: "bytes"; readonly bytes: Buffer }
    | { readonly kind: "stream"; readonly stream: Readable }
    /** Sent with a content type all the same, as Bitbucket sends its 204. */
    | { readonly kind: "empty" };
};

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body: { kind: "json", value } };
}

export function noContentAnswer(): Answer {
  return { status: 204, body: { kind: "empty" } };
}
