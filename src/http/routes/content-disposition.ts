/** The properties of a part of a form: RFC 7578, section 4.2, and the reference's `x-attributes`. */
export type Disposition = {
  readonly name: string | undefined;
  readonly filename: string | undefined;
  /** As sent. */
  readonly attributes: string | undefined;
};

/** The reference's own example has a colon instead of the equals sign. */
const PARAMETER = /^\s*;\s*(?<key>[\w-]+\*?)\s*[=:]\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s";]*))/s;

/** Reads a Content-Disposition with all its parameters. Undefined if it is malformed, or has a parameter twice. */
export function parseContentDisposition(value: string): Disposition | undefined {
  const type = /^\s*[\w-]+/.exec(value)?.[0];
  if (type === undefined) return undefined;
  const parameters = new Map<string, string>();
  let rest = value.slice(type.length);
  while (rest.trim() !== "") {
    const found = PARAMETER.exec(rest);
    if (found === null) return undefined;
    const { key = "", quoted, token = "" } = found.groups!;
    const text = key.endsWith("*") ? decodeExtended(token) : quoted === undefined ? token : unquote(quoted);
    if (text === undefined || parameters.has(key.toLowerCase())) return undefined;
    parameters.set(key.toLowerCase(), text);
    rest = rest.slice(found[0].length);
  }
  // RFC 6266, section 4.3: the extended form goes before the plain one.
  const given = (key: string) => parameters.get(`${key}*`) ?? parameters.get(key);
  return { name: given("name"), filename: given("filename"), attributes: given("x-attributes") };
}

/**
 * Clients have two ways to write a quote within quotes: with a backslash in front, or as `%22`, and then line ends as
 * `%0D` and `%0A` (HTML, "multipart/form-data encoding algorithm"). Any other backslash stands for itself.
 */
function unquote(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, "$1")
    .replaceAll(/%(22|0D|0A)/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** RFC 8187: `UTF-8''%e2%82%ac`. Undefined for another character set, or bytes that are not UTF-8. */
function decodeExtended(text: string): string | undefined {
  const encoded = /^utf-8'[\w-]*'(?<encoded>.*)$/i.exec(text)?.groups?.encoded;
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
