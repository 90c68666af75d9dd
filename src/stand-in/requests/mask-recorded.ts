import { maskTokens } from "../../model/mask-secrets.ts";

const MASK = "[secret]";

/** Whose values are secrets, in JSON, in forms, and in the queries of URLs. */
const SECRET_NAMES = new Set([
  "access_token",
  "assertion",
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "csrf",
  "current_password",
  "device_code",
  "jwt",
  "key_passphrase",
  "new_password",
  "oauth_token",
  "password",
  "private_key",
  "refresh_token",
  "secret",
  "sign_in_url",
  "sig",
  "signature",
  "state",
  "token",
  "user_code",
]);

/** Whether a header's value is a secret, by its name. */
const SECRET_HEADERS = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "x-hub-signature",
]);

export type HeaderField = { readonly name: string; readonly value: string };

export function maskHeader({ name, value }: HeaderField): HeaderField {
  const key = name.toLowerCase();
  if (key === "location" || key === "referer" || key === "link") return { name, value: maskUrl(value) };
  if (!SECRET_HEADERS.has(key)) return { name, value: maskTokens(value) };
  const scheme = key.endsWith("authorization") ? /^[A-Za-z]{1,20} /.exec(value)?.[0] : undefined;
  return { name, value: `${scheme ?? ""}${MASK}` };
}

/** Links that work once, and the like, have a random word in their path. */
const RANDOM_LENGTH_MIN = 40;

/** A URL, or a path with its query, without the secrets in it. */
export function maskUrl(url: string): string {
  const [path = "", query] = splitOnce(url, "?");
  const masked = path.split("/").map(maskWord).join("/");
  return maskTokens(query === undefined ? masked : `${masked}?${maskForm(query)}`);
}

/** Object names are hex, and no secrets. */
function maskWord(word: string): string {
  const isRandom = word.length >= RANDOM_LENGTH_MIN && /^[\w-]+$/.test(word) && !/^[0-9a-f]+$/.test(word);
  return isRandom ? MASK : word;
}

/** `name=value&…`, of a form or a query. */
export function maskForm(text: string, values: "hidden" | "shown" = "shown"): string {
  const hidesValues = values === "hidden" || /(?:^|&)secured=true/i.test(text);
  const pairs = text.split("&").map((pair) => {
    const [name = "", value] = splitOnce(pair, "=");
    if (value === undefined) return pair;
    const isSecret = isSecretName(name) || (hidesValues && name === "value");
    return `${name}=${isSecret ? MASK : maskWord(value)}`;
  });
  return maskTokens(pairs.join("&"));
}

const MEMBER = /"(?<name>[a-z_]+)"\s*:\s*"(?<value>(?:[^"\\]|\\.)*)/gi;

/**
 * JSON that may have been cut. The values of variables are secrets if one of them is said to be secured.
 *
 * @param values hidden if nothing in the text says whether they are: what changes a secured variable need not say so again, and
 * what has been cut might have said it at its end.
 */
export function maskJson(text: string, values: "hidden" | "shown" = "shown"): string {
  const isPlain = values === "shown" || /"secured"\s*:\s*false/.test(text);
  const hidesValues = !isPlain || /"secured"\s*:\s*true/.test(text);
  const masked = text.replaceAll(MEMBER, (member, name: string, value: string) =>
    isSecretName(name) || (hidesValues && name === "value")
      ? `${member.slice(0, member.length - value.length)}${MASK}`
      : member,
  );
  return maskTokens(masked);
}

/** Whether a request is about variables of pipelines, or starts one with variables of its own. */
export function hasVariables(url: string): boolean {
  return /\/(?:variables|pipelines)(?:[/?]|$)/.test(url);
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase());
}

function splitOnce(text: string, at: string): readonly [before: string, after: string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}
