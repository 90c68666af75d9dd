import { isUtf8 } from "node:buffer";
import { Secret } from "../model/secret.ts";

/** The content of an `Authorization` header. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  /** Of an app: contract, auth-beyond-tokens.md §3.6. */
  | { readonly kind: "json-web-token"; readonly token: Secret }
  | { readonly kind: "malformed"; readonly problem: string };

const USERNAME_LENGTH_MAX = 320;

/**
 * Reads an `Authorization` header: RFC 7617 for Basic, RFC 6750 for Bearer. The scheme is case-insensitive. An empty
 * password is not a credential: git sends one for `https://user@host/` before it asks its user, and `http.emptyAuth`
 * sends both parts empty.
 */
export function readCredential(header: string | undefined): Credential {
  if (header === undefined || header.trim() === "") return { kind: "none" };
  const [, scheme, rest] = /^([^ ]+) +([^ ]+) *$/.exec(header) ?? [];
  if (scheme === undefined || rest === undefined)
    return { kind: "malformed", problem: "Authorization has no scheme" };
  switch (scheme.toLowerCase()) {
    case "basic":
      return readBasic(rest);
    case "bearer":
      return { kind: "bearer", token: new Secret(rest) };
    case "jwt":
      return { kind: "json-web-token", token: new Secret(rest) };
    default:
      return { kind: "malformed", problem: "Authorization has a scheme other than Basic, Bearer and JWT" };
  }
}

function readBasic(encoded: string): Credential {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return { kind: "malformed", problem: "Basic: not base64" };
  const bytes = Buffer.from(encoded, "base64");
  if (!isUtf8(bytes)) return { kind: "malformed", problem: "Basic: not UTF-8" };
  const text = bytes.toString("utf8");
  // RFC 7617, section 2: the user-id has no colon, the password may have some.
  const colon = text.indexOf(":");
  if (colon === -1) return { kind: "malformed", problem: "Basic: no colon" };
  const username = text.slice(0, colon);
  const password = text.slice(colon + 1);
  if (password === "") return { kind: "none" };
  if (username.length > USERNAME_LENGTH_MAX)
    return { kind: "malformed", problem: "Basic: user name too long" };
  return { kind: "basic", username, password: new Secret(password) };
}
