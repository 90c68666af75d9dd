/**
 * The URL of an absolute text that begins with http:// or https://. What the URL parser would pass over (spaces and control
 * characters at the ends, line ends within) is refused: the text is stored and shown as it was sent, and other readers of it
 * might not pass over them.
 */
export function parseHttpUrl(text: string): URL | undefined {
  const isPlain = /^https?:\/\//i.test(text) && !/[\s\p{Cc}]/u.test(text);
  return (isPlain ? URL.parse(text) : null) ?? undefined;
}

/** RFC 3986: a URI is ASCII. Fields that the reference calls URIs are refused otherwise, not rewritten. */
export function isAscii(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text);
}
