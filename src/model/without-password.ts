/** A URL as it may be shown: it may contain a password for the target. Text that is not a URL is not shown. */
export function withoutPassword(text: string): string {
  const url = URL.parse(text);
  if (url === null) return "***";
  if (url.password === "") return text;
  url.password = "***";
  return url.href;
}
