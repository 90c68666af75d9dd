import { join } from "node:path";
import { createLargeRepository, LARGE } from "../fixtures/large-things.ts";
import { storePullRequests } from "../fixtures/stored-pull-requests.ts";
import { check, type HttpRequest, send } from "../measure/http-request.ts";
import { type Contender, interleave } from "../measure/interleave.ts";
import { openPageSession } from "../peers/page-session.ts";
import { type Pail, WORKSPACE } from "../peers/pail.ts";
import { atMost, type RowPlan } from "../report/row.ts";
import type { Work } from "./work.ts";

const REPOSITORY = "pages";
/** The same, with pull requests enough for a page of them. */
const REVIEWED = "reviewed";
const LISTED = 60;
/** Of one measurement: their median is its value. */
const REQUESTS = 9;
/** Of any page, in milliseconds. */
const PAGE_MS_MAX = 200;
const REST_RATIO_MAX = 3;

/** A page, and what REST has to be asked for the same data. */
const MAIN_PAGES: readonly {
  readonly name: string;
  readonly page: string;
  readonly rest: readonly string[];
}[] = [
  {
    name: "repositories of a workspace",
    page: "/workspace/repositories",
    rest: [`/repositories/${WORKSPACE}?pagelen=50`],
  },
  { name: "a folder", page: "/medium/src/main/", rest: ["/medium/src/main/?pagelen=100"] },
  { name: "commits", page: "/medium/commits", rest: ["/medium/commits?pagelen=50"] },
  {
    name: "a commit",
    page: "/medium/commits/main",
    rest: [
      "/medium/commit/main",
      "/medium/diff/main",
      "/medium/diffstat/main",
      "/medium/commit/main/comments",
    ],
  },
  {
    name: "branches",
    page: "/medium/branches",
    // How far each is ahead and behind is on the page alone.
    rest: ["/medium/refs/branches?pagelen=50", "/medium/pullrequests?pagelen=50"],
  },
  {
    name: "pull requests",
    page: `/${REVIEWED}/pull-requests`,
    rest: [`/${REVIEWED}/pullrequests?pagelen=50`],
  },
  {
    name: "a pull request",
    page: `/${REVIEWED}/pull-requests/1`,
    rest: [
      `/${REVIEWED}/pullrequests/1`,
      `/${REVIEWED}/pullrequests/1/diff`,
      `/${REVIEWED}/pullrequests/1/diffstat`,
      `/${REVIEWED}/pullrequests/1/comments`,
      `/${REVIEWED}/pullrequests/1/tasks`,
    ],
  },
];

const LARGE_PAGES: readonly { readonly name: string; readonly page: string }[] = [
  { name: "a difference of 10,000 lines", page: `/${REPOSITORY}/commits/${LARGE.longDiff}` },
  { name: "a file of 50 MB", page: `/${REPOSITORY}/src/main/large.ts` },
  { name: "a folder of 10,000 entries", page: `/${REPOSITORY}/src/main/entries` },
  { name: "5,000 branches", page: `/${REPOSITORY}/branches` },
  { name: "a commit of 2,000 files", page: `/${REPOSITORY}/commits/${LARGE.manyFiles}` },
  { name: "a pull request with 1,000 comments", page: `/${REPOSITORY}/pull-requests/1` },
  { name: "its activity", page: `/${REPOSITORY}/pull-requests/1/activity` },
];

const pageSeries = (name: string) => `Pail, page: ${name}`;
const restSeries = (name: string) => `Pail, REST: ${name}`;

/** How long a page takes, beside the REST answers with the same data, and where there is very much to show. */
export const pages: Work = {
  name: "pages",
  rows: [
    ...MAIN_PAGES.map(
      ({ name }): RowPlan => ({
        work: `page: ${name}`,
        unit: "ms",
        pail: pageSeries(name),
        peer: restSeries(name),
        goal: atMost(REST_RATIO_MAX),
      }),
    ),
    ...LARGE_PAGES.map(
      ({ name }): RowPlan => ({
        work: `page: ${name}`,
        unit: "ms",
        pail: pageSeries(name),
        bound: PAGE_MS_MAX,
      }),
    ),
  ],
  async measure(bench) {
    const { sizes, folder, emptyData, repositories } = bench;
    const gitDir = join(folder, "large.git");
    await createLargeRepository(gitDir, sizes.large);
    const data = await emptyData.copyTo(join(folder, "pages", "data"));
    await data.import(gitDir, REPOSITORY);
    await data.import(gitDir, REVIEWED);
    await data.import(repositories.medium, "medium");
    await bench.withPail(async (pail) => {
      await createPullRequest(pail, REPOSITORY, LARGE.manyFiles);
      await createPullRequest(pail, REVIEWED, LARGE.longDiff);
      await comment(pail, sizes.large.comments);
    }, data);
    storePullRequests(data.folder, REVIEWED, LISTED);
    return bench.withPail(async (pail) => {
      const session = await openPageSession(pail, data);
      const contenders: Record<string, Contender> = {};
      const add = async (series: string, requests: readonly HttpRequest[]) => {
        for (const request of requests) await check(series, request, (body) => body.length > 0);
        contenders[series] = () => medianMs(requests);
      };
      for (const { name, page, rest } of MAIN_PAGES) {
        await add(pageSeries(name), [session.page(`/${WORKSPACE}${page}`)]);
        await add(
          restSeries(name),
          rest.map((path) =>
            pail.rest(path.startsWith("/repositories") ? path : `/repositories/${WORKSPACE}${path}`),
          ),
        );
      }
      for (const { name, page } of LARGE_PAGES)
        await add(pageSeries(name), [session.page(`/${WORKSPACE}${page}`)]);
      return interleave(sizes.rounds, contenders);
    }, data);
  },
};

/** One after another, by a client that does nothing else: what somebody waits for. */
async function medianMs(requests: readonly HttpRequest[]): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < REQUESTS; time += 1) {
    const started = performance.now();
    for (const request of requests) {
      const { status } = await send(request);
      if (status !== 200) throw new Error(`${request.url}: ${status}`);
    }
    times.push(performance.now() - started);
  }
  return times.toSorted((one, other) => one - other)[Math.floor(REQUESTS / 2)]!;
}

async function createPullRequest(pail: Pail, repository: string, branch: string): Promise<void> {
  const source = { branch: { name: branch } };
  await post(pail, `/${repository}/pullrequests`, { title: branch, description: "What it is for.", source });
}

/** In threads, on lines of the first file and on the whole. */
async function comment(pail: Pail, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const inline = number % 2 === 0 ? { inline: { path: "files/0/file-0.ts", to: 1 } } : {};
    await post(pail, `/${REPOSITORY}/pullrequests/1/comments`, {
      content: { raw: `Remark **${number}**.` },
      ...inline,
    });
  }
}

async function post(pail: Pail, path: string, body: object): Promise<void> {
  const { url, headers } = pail.rest(`/repositories/${WORKSPACE}${path}`);
  const { status, body: answer } = await send({
    url,
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(body)),
  });
  if (status >= 300) throw new Error(`POST ${path}: ${status}: ${answer}`);
}
