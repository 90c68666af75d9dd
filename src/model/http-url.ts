/**
 * The URL of an absolute text that begins with http:// or https://. What the URL parser would pass over (spaces and control
 * characters at the ends, line ends within) is refused: the text is stored and shown as it was sent, and other readers of it
 * might not pass over them.
 */
export function parseHttpUrl(text: string): URL | undefined {
  const isPlain = /^https?:\/\//i.test(text) && !/[\s\p{Cc}]/u.test(text);
  return (isPlain ? URL.parse(text) : null) ?? undefined;
}

/**
 * Whether a text has the characters of a URI alone, and each `%` begins an octet: RFC 3986, section 2. Fields that the
 * reference calls URIs are refused otherwise, not rewritten. Brackets pass also outside of a host: queries have them.
 */
export function hasUriCharacters(text: string): boolean {
  return /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/.test(text);
}

/**
 * Whether the host of a URL has the characters of names and addresses alone. The URL parser takes `;`, `,` and `*` too, which
 * mean something else where an origin is put into a Content-Security-Policy.
 */
export function hasPlainHost({ hostname }: URL): boolean {
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])$/i.test(hostname);
}
