/** The sign-in, with the way back to where somebody was. */
export function signInPath(next: string): string {
  return next === "/" ? "/-/sign-in" : `/-/sign-in?next=${encodeURIComponent(next)}`;
}

/**
 * Where a `next` leads: a path of this server, or its first page. A browser takes `//host` and `/\host` for another server, and
 * drops tabs and newlines before it looks.
 */
export function safeNext(text: string | null | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  return text != null && /^\/(?![/\\])[^\\\x00-\x20\x7f]*$/.test(text) ? text : "/";
}
