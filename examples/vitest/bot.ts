export type BotSettings = {
  readonly apiUrl: string;
  readonly email: string;
  readonly token: string;
  /** Such as `team/site`. */
  readonly repository: string;
};

type Page<Value> = { readonly values: readonly Value[]; readonly next?: string };
type PullRequest = { readonly id: number; readonly description: string };
type Comment = { readonly content: { readonly raw: string } };

const QUESTION = "What is this change for?";
const ATTEMPTS = 3;

/** Asks once in each open pull request that has no description. @returns the numbers of those in which it has asked. */
export async function askForDescriptions(settings: BotSettings): Promise<readonly number[]> {
  const pullRequests = `/repositories/${settings.repository}/pullrequests`;
  const asked: number[] = [];
  for await (const { id, description } of list<PullRequest>(settings, `${pullRequests}?state=OPEN`)) {
    if (description !== "") continue;
    const comments = await Array.fromAsync(list<Comment>(settings, `${pullRequests}/${id}/comments`));
    if (comments.some(({ content }) => content.raw === QUESTION)) continue;
    await call(settings, "POST", `${pullRequests}/${id}/comments`, { content: { raw: QUESTION } });
    asked.push(id);
  }
  return asked;
}

async function* list<Value>(settings: BotSettings, path: string): AsyncGenerator<Value> {
  let next: string | undefined = path;
  while (next !== undefined) {
    const page = (await call(settings, "GET", next)) as Page<Value>;
    yield* page.values;
    next = page.next;
  }
}

async function call(settings: BotSettings, method: string, path: string, body?: object): Promise<unknown> {
  const { apiUrl, email, token } = settings;
  const url = path.startsWith("/") ? `${apiUrl}${path}` : path;
  const headers = {
    authorization: `Basic ${btoa(`${email}:${token}`)}`,
    "content-type": "application/json",
  };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (answer.ok) return answer.json();
    await answer.body?.cancel();
    if (answer.status < 500 || attempt === ATTEMPTS) throw new Error(`${method} ${path}: ${answer.status}`);
  }
}
