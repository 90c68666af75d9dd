import { invalidField } from "../model/failure.ts";
import { hasUriCharacters, parseHttpUrl } from "../model/http-url.ts";
import { textLength } from "../model/text-length.ts";

/** Our choice: what browsers and proxies carry. */
export const WEB_URL_LENGTH_MAX = 2048;

/**
 * Asks for an absolute URL of the web, since it becomes a link on a page: `javascript:` and its like are refused.
 *
 * @throws Failure invalid-input that names the field.
 */
export function requireWebUrl(field: string, text: string): string {
  if (textLength(text) > WEB_URL_LENGTH_MAX)
    throw invalidField(field, `longer than ${WEB_URL_LENGTH_MAX} characters`);
  if (parseHttpUrl(text) === undefined)
    throw invalidField(field, "must be a URL that begins with http:// or https://, without spaces");
  return text;
}

/** The same for what the reference calls a URI. */
export function requireUri(field: string, text: string): string {
  if (!hasUriCharacters(text))
    throw invalidField(field, "must have all characters percent-encoded that no URI has");
  return requireWebUrl(field, text);
}
