import type { Readable } from "node:stream";

/** The answer of a handler. The pipeline applies `fields=` to JSON and adds the headers of every answer. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A later answer may be more complete, so this one is not cached. */
  readonly isProvisional?: true;
  readonly body:
    | { readonly kind: "json"; readonly value: unknown }
    /** JSON that is already serialized, for a request without `fields=`. */
    | { readonly kind: "written-json"; readonly json: Buffer }
    | { readonly kind: "bytes"; readonly bytes: Buffer }
    | { readonly kind: "stream"; readonly stream: Readable }
    /** Sent with a content type nevertheless, as Bitbucket sends its 204. */
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
