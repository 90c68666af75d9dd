import type { Bench } from "../bench-context.ts";
import { CONNECTIONS } from "../bench-context.ts";
import { git } from "../measure/command.ts";
import { check, type HttpRequest } from "../measure/http-request.ts";
import { interleave } from "../measure/interleave.ts";
import { endedChildrenMark } from "../measure/process-tree.ts";
import { type Pail, WORKSPACE } from "../peers/pail.ts";
import { atLeast } from "../report/row.ts";
import { RAW_NODE, type Work } from "./work.ts";

const REPOSITORY = "Pail, repository";
const VARIED = "Pail, repository, no request like another";
const WARM = "Pail, warm page";
const COLD = "Pail, cold pages";
const SPAWNED = "Pail, processes ended";
const PAGE = 30;
const COMMITS_WORK = "commits page of 30";

/** REST reads with a token, against the least that an HTTP server in Node can do. */
export const restReads: Work = {
  name: "rest-reads",
  rows: [
    {
      work: "GET repository, token checked",
      unit: "1/s",
      pail: REPOSITORY,
      peer: RAW_NODE,
      goal: atLeast(0.3),
    },
    {
      work: "GET repository, token checked, no request like another",
      unit: "1/s",
      pail: VARIED,
      peer: RAW_NODE,
      goal: undefined,
    },
    { work: `${COMMITS_WORK}, warm`, unit: "1/s", pail: WARM, peer: RAW_NODE, goal: atLeast(0.15) },
    { work: `${COMMITS_WORK}, cold`, unit: "1/s", pail: COLD, peer: RAW_NODE, goal: atLeast(0.03) },
    { work: `${COMMITS_WORK}, cold: processes ended (1: some)`, unit: "", pail: SPAWNED, bound: 0 },
  ],
  async measure(bench) {
    const commits = await listMain(bench);
    let spawned = 0;
    return interleave(bench.sizes.rounds, {
      [RAW_NODE]: () => bench.rate({ url: bench.rawNode.url }),
      // A server of its own for each round: nothing of a round before is left in its memory.
      [COLD]: () =>
        bench.withPail(async (pail) => {
          await check("first page", pageRequest(pail, commits[0]!), isPage(commits, 0));
          const mark = endedChildrenMark([pail.processId]);
          const perSecond = await coldRate(bench, pail, commits);
          // Readers of objects that live on are no process of a request: what counts is whether any has ended.
          spawned = endedChildrenMark([pail.processId]) === mark ? 0 : 1;
          return perSecond;
        }),
      [SPAWNED]: async () => spawned,
      [WARM]: () =>
        bench.withPail(async (pail) => {
          const request = pageRequest(pail, commits[PAGE]!);
          await check("commits", request, isPage(commits, PAGE));
          await bench.rate(request);
          return bench.rate(request);
        }),
      [REPOSITORY]: () => repositoryRate(bench, { isVaried: false }),
      [VARIED]: () => repositoryRate(bench, { isVaried: true }),
    });
  },
};

function repositoryRate(bench: Bench, { isVaried }: { readonly isVaried: boolean }): Promise<number> {
  return bench.withPail(async (pail) => {
    const request = { ...pail.rest(`/repositories/${WORKSPACE}/long`), isVaried };
    await check("repository", request, (body) => {
      return (JSON.parse(body.toString()) as { full_name?: string }).full_name === `${WORKSPACE}/long`;
    });
    await bench.rate(request);
    return bench.rate(request);
  });
}

async function listMain({ repositories }: Bench): Promise<readonly string[]> {
  return (await git(["--git-dir", repositories.long, "rev-list", "main"])).trim().split("\n");
}

function pageRequest(pail: Pail, commit: string): HttpRequest {
  return pail.rest(`/repositories/${WORKSPACE}/long/commits/${commit}?pagelen=${PAGE}`);
}

/** The commits from `start` on, in git's order. */
function isPage(commits: readonly string[], start: number): (body: Buffer) => boolean {
  return (body) => {
    const { values } = JSON.parse(body.toString()) as { values: readonly { hash: string }[] };
    const expected = commits.slice(start, start + PAGE);
    return values.length === expected.length && values.every(({ hash }, index) => hash === expected[index]);
  };
}

/**
 * Pages that have no commit in common, each asked for once. As with every rate the server has been asked before, for other
 * pages: by then all its processes serve, and what is measured is not V8 that compiles them.
 */
async function coldRate(bench: Bench, pail: Pail, commits: readonly string[]): Promise<number> {
  const all = Math.floor(commits.length / PAGE) - 1;
  const pages = Math.min(bench.sizes.coldPages, all);
  // From the oldest on, in steps, so that no page is near the one before.
  const step = all % 7 === 0 ? 5 : 7;
  const starts = Array.from({ length: all }, (_, page) => (1 + ((page * step) % all)) * PAGE);
  await check(
    "last cold page",
    pageRequest(pail, commits.at(-PAGE)!),
    isPage(commits, commits.length - PAGE),
  );
  const request = pageRequest(pail, commits[PAGE]!);
  const rateOf = async (some: readonly number[]) => {
    const urls = some.map((start) => new URL(pageRequest(pail, commits[start]!).url));
    const paths = urls.map(({ pathname, search }) => `${pathname}${search}`);
    const load = { request, paths, connections: CONNECTIONS, seconds: bench.sizes.rateSeconds };
    return (await bench.generator.measure(load)).perSecond;
  };
  const others = starts.slice(pages);
  const half = Math.ceil(others.length / 2);
  for (const some of [others.slice(0, half), others.slice(half)]) if (some.length > 0) await rateOf(some);
  return rateOf(starts.slice(0, pages));
}
