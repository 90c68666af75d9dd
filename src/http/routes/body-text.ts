import { Failure } from "../../model/failure.ts";

/** The byte order mark stays, as text: JSON refuses it, and a form would have it in a name. */
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text that is not UTF-8 is refused instead of being read with replacement characters, which would be stored in place
 * of the original.
 *
 * @throws Failure invalid-input.
 */
export function decodeBody(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw notUtf8();
  }
}

/** Reads an urlencoded form. @throws Failure invalid-input if a name or a value is not UTF-8. */
export function parseFormBody(bytes: Buffer): URLSearchParams {
  const text = decodeBody(bytes);
  for (const [run] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(run);
    } catch {
      throw notUtf8();
    }
  }
  return new URLSearchParams(text);
}

function notUtf8(): Failure {
  return new Failure("invalid-input", "Bad request", {
    detail: "The body is not UTF-8",
    fields: { body: ["not UTF-8"] },
  });
}
