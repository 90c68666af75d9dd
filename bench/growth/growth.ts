import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openCachedRepository, type RepositoryShape } from "../fixtures/repository-cache.ts";
import { type HttpRequest, NUMBER_HEADER, send } from "../measure/http-request.ts";
import { pickGenerator } from "../measure/pick-generator.ts";
import type { RateGenerator } from "../measure/rate-generator.ts";
import { spreadOf } from "../measure/spread.ts";
import { createPailData, type Pail, type PailData, startPail } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";

/** Time against size. */
export type Growth = {
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  measure(context: GrowthContext): Promise<readonly Point[]>;
};

export type GrowthOptions = {
  readonly cache: string;
  readonly workers: number;
  /** Sizes above it are left out. */
  readonly largest: number;
  readonly clientsMax: number;
  /** Of each measurement; the median is plotted. */
  readonly repeats: number;
  readonly rateSeconds: number;
};

/** What all of them share. */
export type GrowthContext = GrowthOptions & {
  readonly folder: string;
  readonly generator: RateGenerator;
  readonly emptyData: PailData;
  repository(shape: RepositoryShape): Promise<string>;
  withPail<T>(data: PailData, work: (pail: Pail) => Promise<T>): Promise<T>;
  /** The median time of an answer, one request after another, over a kept connection. */
  answerMs(
    what: string,
    request: (repeat: number) => HttpRequest,
    isRight: (body: Buffer) => boolean,
  ): Promise<number>;
  say(text: string): void;
  close(): Promise<void>;
};

export async function openGrowthContext(options: GrowthOptions): Promise<GrowthContext> {
  const say = (text: string) =>
    void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  const folder = await mkdtemp(join(options.cache, "growth-"));
  return {
    ...options,
    folder,
    generator: pickGenerator(),
    emptyData: await createPailData(join(folder, "empty", "data")),
    repository: (shape) => openCachedRepository(options.cache, shape, say),
    async withPail(data, work) {
      const pail = await startPail(data, options.workers);
      try {
        return await work(pail);
      } finally {
        await pail.stop();
      }
    },
    async answerMs(what, request, isRight) {
      // The first answer also opens and compiles; it is looked at, and not counted.
      const times: number[] = [];
      for (let repeat = 0; repeat <= options.repeats; repeat += 1) {
        const started = performance.now();
        const asked = request(repeat);
        // A server must not give the answer to the request before.
        const headers = { ...asked.headers, [NUMBER_HEADER]: String(repeat) };
        const { status, body } = await send({ ...asked, headers });
        if (repeat > 0) times.push(performance.now() - started);
        if (status !== 200 || !isRight(body)) throw new Error(`${what}: a wrong answer, status ${status}`);
      }
      return spreadOf(times).median;
    },
    say,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `from`, ten times it, and so on, up to `to` and no larger than what was asked for. */
export function powersOfTen(from: number, to: number, { largest }: GrowthOptions): readonly number[] {
  const sizes: number[] = [];
  for (let size = from; size <= Math.min(to, largest); size *= 10) sizes.push(size);
  return sizes;
}
