import type { CallRest } from "../clients/rest-callers.ts";

/** More than any test has. */
const URLS_MAX = 600;

/** All that REST answers, from some paths on along all of its links: what two equal servers have in common. */
export async function readEverything(
  rest: CallRest,
  url: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  const waiting = paths.map((path) => `${url}/2.0${path}`);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (answers.has(next)) continue;
    if (answers.size >= URLS_MAX) throw new Error(`more than ${URLS_MAX} URLs`);
    const { status, text, json } = await rest("GET", next);
    answers.set(next, `${status} ${text}`);
    for (const link of linksOf(json, url)) if (!answers.has(link)) waiting.push(link);
  }
  return answers;
}

function linksOf(value: unknown, url: string): readonly string[] {
  if (typeof value === "string") return value.startsWith(`${url}/2.0/`) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((member) => linksOf(member, url));
}
