import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The shape of a generated history. The same numbers always give the same object ids. */
export type HistoryShape = {
  readonly commits: number;
  readonly branches: number;
  readonly annotatedTags: number;
  readonly lightTags: number;
  readonly files: number;
};

const AUTHORS = [
  "Ann Author <ann@example.com>",
  "Jürgen Groß <juergen@example.com>",
  "山田太郎 <yamada@example.jp>",
  "Zoë O'Neil <zoe@example.com>",
];
const SUBMODULE_COMMIT = "1234567890123456789012345678901234567890";
const START_SECONDS = 1_600_000_000;

/** A small generator of numbers from a seed (mulberry32), so that a failing run can be made again. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** A stream for git-fast-import(1): a trunk with merges, side branches, tags of both kinds, odd names and a submodule. */
function* fastImportStream(shape: HistoryShape): Generator<string> {
  const next = numbersFrom(42);
  const branchOf = (index: number) =>
    index % 40 === 0 || index < 2 ? "refs/heads/main" : `refs/heads/topic/${next() % shape.branches}-ö`;
  const tips = new Map<string, number>();
  for (let mark = 1; mark <= shape.commits; mark += 1) {
    const branch = mark <= shape.branches ? `refs/heads/topic/${mark - 1}-ö` : branchOf(mark);
    const name = mark === 1 ? "refs/heads/main" : branch;
    const person = `${AUTHORS[next() % AUTHORS.length]} ${START_SECONDS + mark * 60} +0${next() % 10}00`;
    yield `commit ${name}\nmark :${mark}\nauthor ${person}\ncommitter ${person}\n`;
    yield data(`Change ${mark}: naïve façade 変更\n\nBody of the change.\n`);
    const parent = tips.get(name) ?? (mark === 1 ? undefined : tips.get("refs/heads/main"));
    if (parent !== undefined) yield `from :${parent}\n`;
    const other = next() % 10 === 0 ? [...tips.values()][next() % tips.size] : undefined;
    if (other !== undefined && other !== parent && parent !== undefined) yield `merge :${other}\n`;
    const path = `dir ${next() % 20}/sub-${next() % 7}/file-é-${next() % shape.files}.txt`;
    yield `M 100644 inline ${path}\n${data(`${mark}\n${"line of text\n".repeat(next() % 20)}`)}`;
    if (mark === 1) {
      yield `M 100644 inline .gitmodules\n${data('[submodule "vendor/lib"]\n\tpath = vendor/lib\n\turl = ../lib.git\n')}`;
      yield `M 160000 ${SUBMODULE_COMMIT} vendor/lib\n`;
      yield `M 120000 inline link\n${data("dir 0")}`;
    }
    yield "\n";
    tips.set(name, mark);
  }
  for (let index = 0; index < shape.annotatedTags; index += 1) {
    yield `tag v${index}.0\nfrom :${1 + (next() % shape.commits)}\n`;
    yield `tagger ${AUTHORS[index % AUTHORS.length]} ${START_SECONDS} +0000\n${data(`Release ${index}`)}`;
  }
  for (let index = 0; index < shape.lightTags; index += 1) {
    yield `reset refs/tags/light-${index}\nfrom :${1 + (next() % shape.commits)}\n\n`;
  }
  yield "done\n";
}

/** Fills an empty repository (`git init --bare`) with a history of this shape. */
export async function generateHistory(gitDir: string, shape: HistoryShape): Promise<void> {
  const child = spawn("git", ["--git-dir", gitDir, "fast-import", "--quiet", "--done"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(child, "close");
  await pipeline(Readable.from(fastImportStream(shape)), child.stdin);
  const [status] = await ended;
  if (status !== 0) throw new Error(`git fast-import ended with ${status}`);
}
