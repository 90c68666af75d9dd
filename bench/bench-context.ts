import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openCachedRepository } from "./fixtures/repository-cache.ts";
import type { HttpRequest } from "./measure/http-request.ts";
import type { Missing } from "./measure/interleave.ts";
import { isMissing } from "./measure/interleave.ts";
import { pickGenerator } from "./measure/pick-generator.ts";
import type { RateGenerator } from "./measure/rate-generator.ts";
import { type HttpBackend, type Nginx, startNginx } from "./peers/nginx.ts";
import { createPailData, type Pail, type PailData, startPail, takesWorkers } from "./peers/pail.ts";
import { type RawNode, startRawNode } from "./peers/raw-node.ts";
import type { BenchSizes } from "./sizes.ts";

/** Connections of every measurement of a rate. */
export const CONNECTIONS = 8;

export type BenchOptions = {
  readonly sizes: BenchSizes;
  /** Where generated repositories are kept for the next run. Outside of the checkout. */
  readonly cache: string;
  /** Serving processes of Pail, and of the raw Node beside it. */
  readonly workers: number;
};

/** What all benchmarks share: the fixtures, and the peers that run throughout. */
export type Bench = BenchOptions & {
  /** For this run only. */
  readonly folder: string;
  /** Bare repositories on the disk, which all servers have under these names. Never written to. */
  readonly repositories: {
    readonly big: string;
    readonly medium: string;
    readonly long: string;
    readonly refs: string;
  };
  readonly data: PailData;
  /** With the account and the token, and nothing else: to be copied. */
  readonly emptyData: PailData;
  readonly nginx: Nginx | Missing;
  readonly httpBackend: HttpBackend | Missing;
  readonly rawNode: RawNode;
  readonly generator: RateGenerator;
  /** A server of its own over `data`, with nothing warm, for as long as `work` takes. */
  withPail<T>(work: (pail: Pail) => Promise<T>, data?: PailData): Promise<T>;
  /** Requests per second. */
  rate(request: HttpRequest): Promise<number>;
  say(text: string): void;
  close(): Promise<void>;
};

export async function openBench(options: BenchOptions): Promise<Bench> {
  const { sizes, cache } = options;
  const say = (text: string) =>
    void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "run-"));
  const cached = (shape: Parameters<typeof openCachedRepository>[1]) =>
    openCachedRepository(cache, shape, say);
  const repositories = {
    big: await cached({ kind: "big", blobs: sizes.bigBlobs }),
    medium: await cached({ kind: "long", commits: sizes.mediumCommits, branches: sizes.mediumRefs }),
    long: await cached({ kind: "long", commits: sizes.longCommits, branches: 1 }),
    refs: await cached({ kind: "refs", refs: sizes.manyRefs }),
  };
  say("importing the repositories into Pail");
  const emptyData = await createPailData(join(folder, "empty", "data"));
  const data = await emptyData.copyTo(join(folder, "full", "data"));
  for (const [name, gitDir] of Object.entries(repositories)) await data.import(gitDir, name);
  const workers = (await takesWorkers()) ? options.workers : 1;
  const nginx = await startNginx(join(folder, "nginx"));
  const httpBackend = isMissing(nginx) ? nginx : nginx.httpBackend;
  if (!isMissing(httpBackend)) {
    for (const [name, gitDir] of Object.entries(repositories)) await httpBackend.publish(gitDir, name);
  }
  const rawNode = await startRawNode(folder, workers);
  const generator = pickGenerator();
  const rate = async (request: HttpRequest) =>
    (await generator.measure({ request, connections: CONNECTIONS, seconds: sizes.rateSeconds })).perSecond;
  return {
    ...options,
    workers,
    folder,
    repositories,
    data,
    emptyData,
    nginx,
    httpBackend,
    rawNode,
    generator,
    async withPail(work, own = data) {
      const pail = await startPail(own, workers);
      try {
        return await work(pail);
      } finally {
        await pail.stop();
      }
    },
    rate,
    say,
    async close() {
      await rawNode.stop();
      if (!isMissing(nginx)) await nginx.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
