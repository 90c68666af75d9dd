import {
  type Acknowledged,
  askChange,
  type Client,
  chooseRepository,
  idOf,
  learn,
  MAIN,
  pathOf,
  repositoriesOf,
} from "./client.ts";
import {
  BRANCHES,
  FROM_PREFIX,
  intoOf,
  type PullRequestModel,
  pullRequestEntry,
  pullRequestsOf,
} from "./pull-request-state.ts";
import { bring, makeCommit, push, pushRefs, readTip } from "./pushes.ts";
import { json, type RepositoryModel, type Stage } from "./world.ts";

/** Pushes a branch, and asks for it to be merged. */
export async function openPullRequest(client: Client): Promise<Acknowledged> {
  const repository = chooseRepository(client);
  // The first branch of a repository is the main branch unless there is a `main`, and then no merge deletes it.
  if (!repository.state!.has(MAIN) && !(await push(client, repository, 20))) return false;
  const state = new Map(repository.state);
  const destination = intoOf(repository.slug);
  const into = idOf(repository, BRANCHES + destination) ?? (await makeCommit(client, undefined, 20));
  client.count += 1;
  const from = FROM_PREFIX + client.count;
  const source = await makeSource(client, repository, into, from);
  if (source === undefined) return false;
  state.set(BRANCHES + destination, into).set(BRANCHES + from, source);
  const specs = [`${into}:${BRANCHES}${destination}`, `${source}:${BRANCHES}${from}`];
  if (!(await pushRefs(client, repository, { specs, state }))) return false;
  const id = pullRequestsOf(state).length + 1;
  const entry = pullRequestEntry({ id, state: "OPEN", from, source, updates: 1 });
  const body = {
    title: from,
    source: { branch: { name: from } },
    destination: { branch: { name: destination } },
  };
  const told = [`pullrequest:created ${repository.slug} ${id}`];
  const opened = { state: new Map(state).set(...entry), told };
  return post(client, repository, { below: "", body, status: 201 }, opened);
}

/** Each with a file that no other commit has, so that all can be merged. @returns undefined if the connection has been cut. */
async function makeSource(client: Client, repository: RepositoryModel, parent: string, from: string) {
  if (!(await bring(client.world, repository, parent))) return undefined;
  return makeCommit(client, parent, 20, `${from}/${client.count}`);
}

/** With one that is open, in any repository of the client. */
async function withOpen(
  client: Client,
  work: (repository: RepositoryModel, open: PullRequestModel) => Promise<Acknowledged>,
): Promise<Acknowledged> {
  const find = () =>
    repositoriesOf(client).flatMap((repository) =>
      pullRequestsOf(repository.state)
        .filter(({ state }) => state === "OPEN")
        .map((open) => ({ repository, open })),
    );
  if (find().length === 0 && !(await openPullRequest(client))) return false;
  const { repository, open } = client.random.pick(find());
  return work(repository, open);
}

/** Moves the source of one by a push: on, or elsewhere. */
export function movePullRequest(client: Client): Promise<Acknowledged> {
  return withOpen(client, async (repository, open) => {
    client.count += 1;
    const parent = client.random.chance(0.3)
      ? idOf(repository, BRANCHES + intoOf(repository.slug))!
      : open.source;
    const source = await makeSource(client, repository, parent, open.from);
    if (source === undefined) return false;
    const moved = { ...open, source, updates: open.updates + 1 };
    const state = new Map(repository.state).set(BRANCHES + open.from, source).set(...pullRequestEntry(moved));
    const told = [`pullrequest:updated ${repository.slug} ${open.id}`];
    return pushRefs(client, repository, { specs: [`+${source}:${BRANCHES}${open.from}`], state, told });
  });
}

export function mergePullRequest(client: Client): Promise<Acknowledged> {
  return withOpen(client, async (repository, open) => {
    const { id, from } = open;
    const into = BRANCHES + intoOf(repository.slug);
    const closesSource = client.random.chance(0.5);
    const merged = { ...open, state: "MERGED", updates: open.updates + 1 };
    const state = new Map(repository.state)
      .set(into, { kind: "commit", of: idOf(repository, into) })
      .set(...pullRequestEntry(merged));
    if (closesSource) state.delete(BRANCHES + from);
    const told = [`repo:push ${repository.slug}`, `pullrequest:fulfilled ${repository.slug} ${id}`];
    const request = { below: `/${id}/merge`, body: { close_source_branch: closesSource }, status: 200 };
    if (!(await post(client, repository, request, { state, told }))) return false;
    const tip = await readTip(client.world, repository, into);
    return tip !== undefined && learn(repository, into, tip);
  });
}

async function post(
  client: Client,
  repository: RepositoryModel,
  { below, body, status }: { readonly below: string; readonly body: object; readonly status: number },
  stage: Stage,
): Promise<Acknowledged> {
  const path = `${pathOf(repository)}/pullrequests${below}`;
  const question = { method: "POST", path, status, ...json(JSON.stringify(body)) };
  return (await askChange(client, repository, [stage], question)) !== undefined;
}
