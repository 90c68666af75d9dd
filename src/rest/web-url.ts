import { invalidField } from "../model/failure.ts";

/** Our choice: what browsers and proxies carry. */
export const WEB_URL_LENGTH_MAX = 2048;

/**
 * Asks for an absolute URL of the web, since it becomes a link on a page: `javascript:` and its like are refused.
 *
 * @throws Failure invalid-input that names the field.
 */
export function requireWebUrl(field: string, text: string): string {
  if (text.length > WEB_URL_LENGTH_MAX)
    throw invalidField(field, `longer than ${WEB_URL_LENGTH_MAX} characters`);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw invalidField(field, "must be a URL that begins with http:// or https://");
  return text;
}
