import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "../../src/storage/object-store/object-store.ts";
import type { ObjectName } from "../../src/storage/sql/stored-objects/stored-objects.ts";
import { bringObject } from "../../src/storage/stored-objects/bring-object.ts";
import type { CachedObject } from "../../src/storage/stored-objects/cached-object.ts";
import { type Bench, CONNECTIONS } from "../bench-context.ts";
import { git, timeCommand } from "../measure/command.ts";
import { lsRefsRequest } from "../measure/git-request.ts";
import type { HttpRequest } from "../measure/http-request.ts";
import { interleave, isMissing, type Series } from "../measure/interleave.ts";
import { type NodeEngines, startNodeEngines } from "../peers/many-nodes.ts";
import { createPailData, onAnotherNode, type Pail, type PailData, startPail } from "../peers/pail.ts";
import { atLeast, atMost, type Goal, type RowPlan } from "../report/row.ts";
import { openPusher } from "./push.ts";
import type { Work } from "./work.ts";

const REPOSITORY = "medium";
const BIG = "big";

/** Each by the kinds of servers that are compared. */
const STORE = "PostgreSQL and object store";
const SQLITE = "SQLite and folder";
const POSTGRES = "PostgreSQL and folder";
const TWO = "two nodes";
const ONE = "one node with as many processes";
const BROUGHT = "into an empty cache";
const DOWNLOADED = "curl, the same objects side by side";

const seriesOf = (what: string, who: string) => `${what}: ${who}`;
const PUSH = "push of one commit";
const CLONE = "clone again, 5,000 commits";
const COMMITS = "REST, a page of commits";
const LS_REFS = "ls-refs";

function against(
  work: string,
  unit: string,
  sides: readonly [string, string],
  goal: Goal | undefined,
): RowPlan {
  const [pail, peer] = sides.map((side) => seriesOf(work, side)) as [string, string];
  return { work: `many nodes: ${work}`, unit, pail, peer, goal };
}

/** What an object store costs, and what a second node does. All of it on this machine, the store in its memory. */
export const manyNodes: Work = {
  name: "many-nodes",
  rows: [
    against(PUSH, "ms", [STORE, SQLITE], atMost(1.6)),
    against(PUSH, "ms", [STORE, POSTGRES], undefined),
    against(CLONE, "ms", [STORE, SQLITE], atMost(1.05)),
    against(COMMITS, "1/s", [STORE, POSTGRES], atLeast(0.8)),
    against(LS_REFS, "1/s", [TWO, ONE], atLeast(0.95)),
    against(COMMITS, "1/s", [TWO, ONE], atLeast(0.95)),
    {
      work: "many nodes: packs of a repository brought",
      unit: "MB/s",
      pail: BROUGHT,
      peer: DOWNLOADED,
      goal: atLeast(0.7),
    },
    against("first clone by a node, 300 MB", "ms", [BROUGHT, STORE], undefined),
  ],
  async measure(bench) {
    const engines = await startNodeEngines();
    if (isMissing(engines)) return missingSeries(engines);
    try {
      return await measureAll(bench, engines);
    } finally {
      await engines.stop();
    }
  },
};

function missingSeries(missing: { readonly missing: string }): Series {
  const names = manyNodes.rows.flatMap((row) => ("peer" in row ? [row.pail, row.peer] : [row.pail]));
  return Object.fromEntries(names.map((name) => [name, missing]));
}

async function measureAll(bench: Bench, engines: NodeEngines): Promise<Series> {
  const inStore = await makeData(bench, "store", await engines.environment("in_store", "store"));
  const kinds = {
    [STORE]: inStore,
    [SQLITE]: await makeData(bench, "sqlite", {}),
    [POSTGRES]: await makeData(bench, "postgres", await engines.environment("in_folder", "folder")),
  };
  return {
    ...(await measureKinds(bench, kinds)),
    ...(await measureNodes(bench, inStore)),
    ...(await measureBringing(bench, engines, inStore)),
  };
}

async function makeData(bench: Bench, name: string, environment: Readonly<Record<string, string>>) {
  const data = await createPailData(join(bench.folder, "many-nodes", name), environment);
  await data.import(bench.repositories.medium, REPOSITORY);
  await data.import(bench.repositories.big, BIG);
  return data;
}

/** One server of each kind, at once: each has the machine to itself while it is asked. */
async function measureKinds(bench: Bench, kinds: Readonly<Record<string, PailData>>): Promise<Series> {
  const servers = await startAll(Object.entries(kinds).map(([, data]) => [data, bench.workers] as const));
  const named = Object.keys(kinds).map((name, index) => [name, servers[index]!] as const);
  const clone = join(bench.folder, "many-nodes-push");
  try {
    await git(["clone", "--quiet", "--bare", bench.repositories.medium, clone]);
    const pusher = openPusher(bench, clone);
    const each = (what: string, measure: (pail: Pail) => Promise<number>) =>
      Object.fromEntries(named.map(([name, pail]) => [seriesOf(what, name), () => measure(pail)]));
    for (const [, pail] of named) await timeClone(bench, pail, REPOSITORY);
    return {
      ...(await interleave(
        bench.sizes.rounds,
        each(PUSH, (pail) => pusher(pail.cloneUrl(REPOSITORY))),
      )),
      ...(await interleave(
        bench.sizes.rounds,
        each(CLONE, (pail) => timeClone(bench, pail, REPOSITORY)),
      )),
      ...(await interleave(
        bench.sizes.rounds,
        each(COMMITS, (pail) => bench.rate(commitsOf(pail))),
      )),
    };
  } finally {
    for (const pail of servers) await pail.stop();
  }
}

/** The same number of processes in one server, and divided between two nodes with a cache each. */
async function measureNodes(bench: Bench, data: PailData): Promise<Series> {
  const half = Math.max(1, Math.floor(bench.workers / 2));
  const folder = (name: string) => join(bench.folder, "many-nodes", name);
  const servers = await startAll([
    [data, half * 2],
    [onAnotherNode(data, folder("first")), half],
    [onAnotherNode(data, folder("second")), half],
  ]);
  const [one, first, second] = servers as [Pail, Pail, Pail];
  const rateOfBoth = async (requestTo: (pail: Pail) => HttpRequest) => {
    const rates = [first, second].map((pail) =>
      bench.generator.measure({
        request: requestTo(pail),
        connections: CONNECTIONS / 2,
        seconds: bench.sizes.rateSeconds,
      }),
    );
    return (await Promise.all(rates)).reduce((sum, { perSecond }) => sum + perSecond, 0);
  };
  const lsRefs = (pail: Pail) => lsRefsRequest(pail.git(REPOSITORY), ["refs/heads/main"]);
  try {
    for (const pail of servers) for (const request of [lsRefs, commitsOf]) await bench.rate(request(pail));
    return await interleave(bench.sizes.rounds, {
      [seriesOf(LS_REFS, ONE)]: () => bench.rate(lsRefs(one)),
      [seriesOf(LS_REFS, TWO)]: () => rateOfBoth(lsRefs),
      [seriesOf(COMMITS, ONE)]: () => bench.rate(commitsOf(one)),
      [seriesOf(COMMITS, TWO)]: () => rateOfBoth(commitsOf),
    });
  } finally {
    for (const pail of servers) await pail.stop();
  }
}

/** A new node's first clone; and its first step alone, beside a program that only downloads. */
async function measureBringing(bench: Bench, { bucket }: NodeEngines, data: PailData): Promise<Series> {
  const work = "first clone by a node, 300 MB";
  const store = await bucket.openStore();
  const objects = await largeObjects(store);
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  const megabytesPerSecond = (ms: number) => bytes / 1000 / ms;
  const scratch = join(bench.folder, "many-nodes", "brought");
  const warm = await startPail(data, bench.workers);
  let nodes = 0;
  try {
    await timeClone(bench, warm, BIG);
    return await interleave(bench.sizes.rounds, {
      [BROUGHT]: async () => megabytesPerSecond(await timeBringing(store, objects, scratch)),
      [DOWNLOADED]: async () => megabytesPerSecond(await timeCurl(bucket, objects, scratch)),
      [seriesOf(work, STORE)]: () => timeClone(bench, warm, BIG),
      [seriesOf(work, BROUGHT)]: async () => {
        nodes += 1;
        const folder = join(bench.folder, "many-nodes", `cold-${nodes}`);
        const cold = await startPail(onAnotherNode(data, folder), bench.workers);
        try {
          return await timeClone(bench, cold, BIG);
        } finally {
          await cold.stop();
          await rm(folder, { recursive: true, force: true });
        }
      },
    });
  } finally {
    await warm.stop();
  }
}

/** Those of the repositories: what is small is in the database. */
async function largeObjects(store: ObjectStore): Promise<readonly CachedObject[]> {
  const objects: CachedObject[] = [];
  for await (const page of store.list("o/"))
    for (const { key, bytes } of page) {
      const content = await store.readBytes(key);
      const sha256 = createHash("sha256").update(content).digest();
      const name = key.slice(key.lastIndexOf("/") + 1) as ObjectName;
      objects.push({ name, bytes, sha256, sections: { pack: bytes }, isInline: false });
    }
  return objects;
}

async function timeBringing(store: ObjectStore, objects: readonly CachedObject[], scratch: string) {
  const started = performance.now();
  await Promise.all(
    objects.map(async (object) => {
      const folder = join(scratch, object.name);
      await mkdir(folder, { recursive: true });
      await bringObject({ store, object, folder });
    }),
  );
  const ms = performance.now() - started;
  await rm(scratch, { recursive: true });
  return ms;
}

async function timeCurl(
  bucket: NodeEngines["bucket"],
  objects: readonly CachedObject[],
  scratch: string,
): Promise<number> {
  await mkdir(scratch, { recursive: true });
  const urls = await Promise.all(objects.map(({ name }) => bucket.signGet(`o/${name.slice(0, 2)}/${name}`)));
  const outputs = urls.flatMap((url, index) => ["--output", join(scratch, String(index)), url]);
  const ms = await timeCommand("curl", ["--silent", "--fail", "--parallel", ...outputs]);
  await rm(scratch, { recursive: true });
  return ms;
}

function startAll(servers: readonly (readonly [PailData, number])[]): Promise<readonly Pail[]> {
  return Promise.all(servers.map(([data, workers]) => startPail(data, workers)));
}

function commitsOf(pail: Pail): HttpRequest {
  return pail.rest(`/repositories/bench/${REPOSITORY}/commits`);
}

async function timeClone(bench: Bench, pail: Pail, repository: string): Promise<number> {
  const target = join(bench.folder, "many-nodes-clone.git");
  const ms = await timeCommand("git", ["clone", "--quiet", "--bare", pail.cloneUrl(repository), target]);
  await rm(target, { recursive: true, force: true });
  return ms;
}
