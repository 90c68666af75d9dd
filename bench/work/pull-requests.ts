import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { storePullRequests } from "../fixtures/stored-pull-requests.ts";
import { git } from "../measure/command.ts";
import { check, send } from "../measure/http-request.ts";
import { interleave } from "../measure/interleave.ts";
import { type Pail, WORKSPACE } from "../peers/pail.ts";
import { atLeast, atMost } from "../report/row.ts";
import { openPusher } from "./push.ts";
import type { Work } from "./work.ts";

const FEW = "Pail, 10 pull requests";
const MANY = "Pail, 10,000 pull requests";
const ONE = "Pail, a pull request";
const REPOSITORY = "Pail, a repository";
const ALONE = "Pail, push without pull requests";
const AMONG = "Pail, push among open pull requests";
const MERGE = "Pail, a merge";

const FEW_NAME = "few-pulls";
const MANY_NAME = "many-pulls";
const NONE_NAME = "no-pulls";
const FEW_COUNT = 10;
/** Of one measurement, for it is short. */
const MERGES = 5;

/** What pull requests cost, those who read them and everybody else. */
export const pullRequests: Work = {
  name: "pull-requests",
  rows: [
    { work: "list of pull requests, a page", unit: "1/s", pail: MANY, peer: FEW, goal: atLeast(0.83) },
    { work: "GET pull request", unit: "1/s", pail: ONE, peer: REPOSITORY, goal: atLeast(0.77) },
    {
      work: "push beside open pull requests, wall",
      unit: "ms",
      pail: AMONG,
      peer: ALONE,
      goal: atMost(1.15),
    },
    { work: "merge of a pull request, wall", unit: "ms", pail: MERGE, peer: ALONE, goal: atMost(2) },
  ],
  async measure(bench) {
    const { sizes } = bench;
    const data = await bench.emptyData.copyTo(join(bench.folder, "pulls", "data"));
    for (const name of [FEW_NAME, MANY_NAME, NONE_NAME]) await data.import(bench.repositories.medium, name);
    const clone = join(bench.folder, "pulls-clone");
    await git(["clone", "--quiet", "--bare", bench.repositories.medium, clone]);
    await bench.withPail(async (pail) => {
      for (const name of [FEW_NAME, MANY_NAME]) await createFirst(pail, clone, name);
    }, data);
    storePullRequests(data.folder, FEW_NAME, FEW_COUNT);
    storePullRequests(data.folder, MANY_NAME, sizes.pullRequests);
    return bench.withPail(async (pail) => {
      const pusher = openPusher(bench, clone);
      const listOf = (name: string) => pail.rest(`/repositories/${WORKSPACE}/${name}/pullrequests`);
      const one = pail.rest(`/repositories/${WORKSPACE}/${FEW_NAME}/pullrequests/1`);
      await check("few", listOf(FEW_NAME), isPageOf(FEW_COUNT));
      await check("many", listOf(MANY_NAME), isPageOf(sizes.pullRequests));
      const rateOf = async (request: Parameters<Bench["rate"]>[0]) => {
        const varied = { ...request, isVaried: true };
        await bench.rate(varied);
        return bench.rate(varied);
      };
      const merger = openMerger(pail, clone);
      return interleave(sizes.rounds, {
        [FEW]: () => rateOf(listOf(FEW_NAME)),
        [MANY]: () => rateOf(listOf(MANY_NAME)),
        [REPOSITORY]: () => rateOf(pail.rest(`/repositories/${WORKSPACE}/${FEW_NAME}`)),
        [ONE]: () => rateOf(one),
        [ALONE]: () => pusher(pail.cloneUrl(NONE_NAME)),
        [AMONG]: () => pusher(pail.cloneUrl(MANY_NAME)),
        [MERGE]: () => merger(sizes.rounds === 1 ? 1 : MERGES),
      });
    }, data);
  },
};

function isPageOf(size: number): (body: Buffer) => boolean {
  return (body) => {
    const page = JSON.parse(body.toString()) as { size: number; values: readonly unknown[] };
    return page.size === size && page.values.length === Math.min(size, 10);
  };
}

/** Pushes a commit on a branch of its own. */
async function pushBranch(clone: string, url: string, branch: string): Promise<void> {
  const inClone = async (args: readonly string[]) => (await git(["--git-dir", clone, ...args])).trim();
  const commit = await inClone(["commit-tree", "main^{tree}", "-p", "main", "-m", branch]);
  await inClone(["push", "--quiet", url, `${commit}:refs/heads/${branch}`]);
}

async function create(pail: Pail, name: string, branch: string): Promise<number> {
  const answer = await post(pail, `/repositories/${WORKSPACE}/${name}/pullrequests`, {
    title: branch,
    description: "What it is for, in a few words.",
    source: { branch: { name: branch } },
  });
  return (JSON.parse(answer.toString()) as { id: number }).id;
}

async function post(pail: Pail, path: string, body: object): Promise<Buffer> {
  const { url, headers } = pail.rest(path);
  const answer = await send({
    url,
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(body)),
  });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status}: ${answer.body}`);
  return answer.body;
}

async function createFirst(pail: Pail, clone: string, name: string): Promise<void> {
  await pushBranch(clone, pail.cloneUrl(name), "work/1");
  await create(pail, name, "work/1");
}

/** Merges pull requests of one commit each, with a merge commit. */
function openMerger(pail: Pail, clone: string): (times: number) => Promise<number> {
  let merges = 0;
  return async (times) => {
    let sum = 0;
    for (let time = 0; time < times; time += 1) {
      merges += 1;
      const branch = `merged/${merges}`;
      await pushBranch(clone, pail.cloneUrl(NONE_NAME), branch);
      const id = await create(pail, NONE_NAME, branch);
      const started = performance.now();
      const merged = await post(pail, `/repositories/${WORKSPACE}/${NONE_NAME}/pullrequests/${id}/merge`, {});
      sum += performance.now() - started;
      const { state } = JSON.parse(merged.toString()) as { state: string };
      if (state !== "MERGED") throw new Error(`a merge has not merged: ${state}`);
    }
    return sum / times;
  };
}
