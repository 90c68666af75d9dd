import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { Failure } from "../../model/failure.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";
import { inlineHistory } from "./inline-history.ts";

const git = openRealGit();
const DATE = "2026-02-01T10:00:00+01:00";

/** A repository that git has made. */
async function repository(name: string, make: (run: typeof git.out, folder: string) => Promise<unknown>) {
  const folder = git.newPath(name);
  const environment = { GIT_AUTHOR_DATE: DATE, GIT_COMMITTER_DATE: DATE };
  const run: typeof git.out = (args, options) =>
    git.out(args, { folder, ...options, environment: { ...environment, ...options?.environment } });
  await mkdir(folder);
  await run(["init", "-q", "-b", "main"]);
  await make(run, folder);
  return folder;
}

const add = async (run: typeof git.out, folder: string, path: string, content: string | Buffer) => {
  await writeFile(join(folder, path), content);
  await run(["add", "-A"]);
  await run(["commit", "-q", "-m", `Write ${path}\n\nWith more to say.`]);
};

const REPOSITORIES = {
  whole: (run: typeof git.out, folder: string) =>
    (async () => {
      await add(run, folder, "a.txt", "a\r\n");
      await run(["checkout", "-q", "-b", "side"]);
      await add(run, folder, "a.txt", Buffer.from([0xff, 0x00, 0xfe]));
      await run(["rm", "-q", "a.txt"]);
      await run(["commit", "-q", "-m", "Nothing left"]);
      await add(run, folder, "b.txt", "b");
      await run(["checkout", "-q", "main"]);
      await add(run, folder, "c é.txt", "");
      await run(["merge", "-q", "--no-ff", "-m", "Merge it", "side"]);
      await run(["checkout", "-q", "--orphan", "apart"]);
      await run(["commit", "-q", "-m", "Another root"]);
      await run(["tag", "-m", "Tagged", "v1", "main~1"]);
      await run(["tag", "light", "side"]);
      await run(["branch", "same", "side"]);
    })(),
  times: (run: typeof git.out) =>
    run(["commit", "-q", "--allow-empty", "-m", "x"], {
      environment: { GIT_COMMITTER_DATE: "2026-02-02T10:00:00Z" },
    }),
  tagged: async (run: typeof git.out, folder: string) => {
    await add(run, folder, "a", "a");
    await run(["tag", "-m", "Of a file", "blob", "main:a"]);
  },
  swapped: async (run: typeof git.out, folder: string) => {
    await add(run, folder, "a", "a");
    await run(["rm", "-q", "a"]);
    await mkdir(join(folder, "a"));
    await add(run, folder, "a/b", "b");
  },
};

const REFUSED = [
  ["times", /commit [0-9a-f]{40} has other times of its author and its committer\./],
  ["tagged", /tag [0-9a-f]{40} is not of a commit/],
] as const;

for (const dialect of DIALECTS)
  test(`commits are written out so that they are the same again, or refused, on ${dialect}`, async (t) => {
    const { ports, by, close } = await openEmptyData(dialect);
    t.after(close);
    const lines = [];
    for (const [name, make] of Object.entries(REPOSITORIES))
      lines.push(
        `  - { workspace: team, name: ${name}, from: "${await repository(`${dialect}-${name}`, make)}" }`,
      );
    const text = `accounts: [{ email: ada@example.com }]\nworkspaces: [{ slug: team, owner: ada }]\nrepositories:\n${lines.join("\n")}\n`;
    await applySeed(ports, by, parseSeed(text, { fileName: "/s.yaml" }));
    const stored = await listAllRepositories(ports.database.kysely, undefined);
    const written = (name: string) => inlineHistory(ports, stored.find(({ slug }) => slug === name)!);

    // It has looked at the ids itself.
    const { fields, history } = await written("whole");
    assert.deepEqual([...history.refs.keys()].sort(), [
      "refs/heads/apart",
      "refs/heads/main",
      "refs/heads/same",
      "refs/heads/side",
      "refs/tags/light",
      "refs/tags/v1",
    ]);
    const commits = fields.commits as readonly { readonly message: string; readonly files?: object }[];
    const merge = commits.find(({ message }) => message === "Merge it");
    assert.equal(merge?.files, undefined);
    assert.match(JSON.stringify(commits), /\{"a\.txt":\{"base64":"\/wD\+"\}\}/);

    assert.equal((await written("swapped")).history.refs.size, 1);

    for (const [name, why] of REFUSED)
      await assert.rejects(
        written(name),
        (error) =>
          error instanceof Failure &&
          error.kind === "invalid-input" &&
          error.message.startsWith(`Cannot write the commits of team/${name} into the seed: `) &&
          why.test(error.message),
        name,
      );
  });
