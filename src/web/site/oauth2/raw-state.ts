import { restoreBytes } from "../../../model/byte-text.ts";

/** What may stand in a query as it is: RFC 3986, section 3.4, without the two that separate parameters, and `%` of what is encoded. */
const PLAIN = /[A-Za-z0-9\-._~!$'()*+,;=:@/?%]/;

/**
 * The parameter `state` of a request as it came, for the answer: read and written again, bytes that are not UTF-8 would come
 * back as others. Undefined: it was not sent.
 */
export function rawState(path: string): string | undefined {
  const query = path.slice(path.indexOf("?") + 1);
  const pair = path.includes("?") ? query.split("&").find(isState) : undefined;
  return pair === undefined
    ? undefined
    : [...restoreBytes(pair.slice("state=".length))]
        .map((character) => (PLAIN.test(character) ? character : escapeByte(character)))
        .join("");
}

/** Each character of a request's URL is a byte, as Node reads it. */
function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function isState(pair: string): boolean {
  return pair.startsWith("state=");
}
