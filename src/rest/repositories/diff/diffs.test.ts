import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertKeys, type Json, valuesOf } from "../../../../tests/support/clients/rest-client.ts";
import {
  app,
  ask,
  askJson,
  clone,
  git,
  ids,
  oracle,
  startComparedRepositories,
} from "../../../../tests/support/git/compared-repositories.ts";
import { withRepository } from "../../../storage/packs/with-repository.ts";

/** The real git's own output is the oracle. */
before(startComparedRepositories);
after(() => app.close());

describe("diff is byte for byte git's", () => {
  for (const [why, path, args] of [
    ["one commit", "diff/v1.0", ["diff", "--binary", "-M", "v1.0^1", "v1.0"]],
    ["a merge, against its first parent", "diff/main", ["diff", "--binary", "-M", "main^1", "main"]],
    ["three dots, turned round", "diff/release-1.0..main", ["diff", "--binary", "-M", "main...release-1.0"]],
    [
      "a branch with a slash and a dot",
      "diff/feature/diff.stat..release-1.0",
      ["diff", "--binary", "-M", "release-1.0...feature/diff.stat"],
    ],
    [
      "an encoded slash",
      "diff/feature%2Fdiff.stat..release-1.0",
      ["diff", "--binary", "-M", "release-1.0...feature/diff.stat"],
    ],
    ["two dots", "diff/release-1.0..main?topic=false", ["diff", "--binary", "-M", "main", "release-1.0"]],
    [
      "two dots by the older switch",
      "diff/release-1.0..main?merge=false",
      ["diff", "--binary", "-M", "main", "release-1.0"],
    ],
    [
      "unrelated histories with two dots",
      "diff/unrelated..main?topic=false",
      ["diff", "--binary", "-M", "main", "unrelated"],
    ],
    ["no context", "diff/v1.0?context=0", ["diff", "--binary", "-M", "-U0", "v1.0^1", "v1.0"]],
    [
      "no white space, no renames, no binary content",
      "diff/feature/diff.stat..release-1.0?ignore_whitespace=true&renames=false&binary=false",
      ["diff", "-w", "--no-renames", "release-1.0...feature/diff.stat"],
    ],
    [
      "two paths",
      "diff/feature/diff.stat..release-1.0?path=kept.txt&path=image.png",
      ["diff", "--binary", "-M", "release-1.0...feature/diff.stat", "--", "kept.txt", "image.png"],
    ],
    [
      "a pull request's link",
      "diff/acme/demo:release-1.0%0Dmain?from_pullrequest_id=1&topic=true",
      ["diff", "--binary", "-M", "main...release-1.0"],
    ],
    [
      "another repository's commit",
      "diff/acme/fork:forked%0Drelease-1.0",
      ["diff", "--binary", "-M", "release-1.0...forked"],
    ],
    [
      "one commit of another repository",
      "diff/acme/fork:forked",
      ["diff", "--binary", "-M", "forked^", "forked"],
    ],
  ] as const) {
    test(why, async () => {
      const answer = await ask(path);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers["content-type"], "text/plain");
      assert.equal(answer.text, (await oracle(...args)).toString());
      assert.ok(answer.bytes.length > 0);
    });
  }

  test("a root commit is compared with nothing", async () => {
    const empty = await git.out(["hash-object", "-t", "tree", "/dev/null"]);
    const expected = await oracle("diff", "-M", empty, ids.root!);
    assert.equal((await ask(`diff/${ids.root}`)).text, expected.toString());
  });
});

for (const path of [
  "diff/main..main",
  "diff/main..main?topic=false",
  "patch/main..main",
  "patch/v1.0..main",
  "diff/v1.0..main",
  "diff/v1.0?path=missing.txt",
]) {
  test(`${path} is 200 without a body`, async () => {
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.headers["content-type"], answer.text], [200, "text/plain", ""]);
  });
}

test("a patch series can be applied, and makes the same trees", async () => {
  const { text } = await ask("patch/feature/diff.stat..release-1.0");
  const expected = await oracle(
    "format-patch",
    "--stdout",
    "--no-signature",
    "release-1.0..feature/diff.stat",
  );
  assert.equal(text, expected.toString());
  const folder = git.newPath("applied");
  await git.out(["clone", "--quiet", "--branch", "main", clone, folder]);
  await git.out(["reset", "--hard", "--quiet", ids.root!], { folder });
  await git.out(["am", "--quiet", "--keep-cr"], { folder, input: text });
  const [made, wanted] = await Promise.all(
    [
      ["HEAD^{tree}", folder],
      ["feature/diff.stat^{tree}", clone],
    ].map(([revision, at]) => git.out(["rev-parse", revision!], { folder: at! })),
  );
  assert.equal(made, wanted);
});

test("a patch of one commit is that one, a root and a merge too", async () => {
  for (const [spec, expected] of [
    ["v1.0", await oracle("format-patch", "--stdout", "--no-signature", "-1", "v1.0")],
    [ids.root!, await oracle("format-patch", "--stdout", "--no-signature", "-1", ids.root!)],
  ] as const) {
    assert.equal((await ask(`patch/${spec}`)).text, expected.toString());
  }
  const { text } = await ask("patch/main");
  assert.match(text, new RegExp(`^From ${ids.main} `));
  assert.equal(text.match(/^From [0-9a-f]{40} /gm)?.length, 1);
  const diff = (await oracle("diff", "-M", "--binary", "main^1", "main")).toString();
  assert.ok(text.includes(diff));
});

test("a diffstat has the recorded keys, and its links lead to the files of each side", async () => {
  const page = await askJson("diffstat/feature%2Fdiff.stat..release-1.0");
  assert.deepEqual(Object.keys(page).sort(), ["page", "pagelen", "size", "values"]);
  assert.deepEqual([page.pagelen, page.size, page.page], [500, 5, 1]);
  const src = `${app.url}/2.0/repositories/acme/demo/src`;
  const side = (commit: string, path: string, escaped: string, url: string) => ({
    path,
    type: "commit_file",
    escaped_path: escaped,
    links: { self: { href: `${src}/${commit}/${url}` } },
  });
  const plain = (commit: string, path: string) => side(commit, path, path, path);
  assert.deepEqual(page.values, [
    diffstat("removed", 0, 1, plain(ids.root!, "gone.txt"), null),
    diffstat("added", 0, 0, null, plain(ids.feature!, "image.png")),
    diffstat("modified", 1, 0, plain(ids.root!, "kept.txt"), plain(ids.feature!, "kept.txt")),
    diffstat("added", 1, 0, null, plain(ids.feature!, "kept2.txt")),
    diffstat(
      "renamed",
      0,
      0,
      plain(ids.root!, "folder/moved.txt"),
      side(ids.feature!, "näh\nmoved.txt", '"n\\303\\244h\\nmoved.txt"', "n%C3%A4h%0Amoved.txt"),
    ),
  ]);
});

function diffstat(status: string, added: number, removed: number, old: Json | null, new_: Json | null): Json {
  return { type: "diffstat", lines_added: added, lines_removed: removed, status, old, new: new_ };
}

test("a diffstat has pages", async () => {
  const seen: unknown[] = [];
  let path: string | undefined = "diffstat/feature/diff.stat..release-1.0?pagelen=2";
  for (let number = 1; path !== undefined; number += 1) {
    const page: Json = await askJson(path);
    assert.equal(page.page, number);
    seen.push(...valuesOf(page));
    path = typeof page.next === "string" ? page.next.split("/acme/demo/")[1] : undefined;
  }
  const whole = await askJson("diffstat/feature/diff.stat..release-1.0");
  assert.deepEqual(seen, whole.values);
});

for (const [why, path, expected] of [
  ["a root commit adds all its files", "diffstat/{root}", "4 added"],
  [
    "renames are an addition and a removal",
    "diffstat/v1.0..{root}?renames=false",
    "3 added,1 modified,2 removed",
  ],
  [
    "white space alone is no change",
    "diffstat/v1.0..{root}?ignore_whitespace=true&path=kept.txt",
    "1 modified",
  ],
  ["another repository's commit", "diffstat/acme/fork:forked..main", "1 added,1 modified"],
] as const) {
  test(`diffstat: ${why}`, async () => {
    const values = valuesOf(await askJson(path.replace("{root}", ids.root!)));
    const counts = new Map<string, number>();
    for (const { status } of values) counts.set(String(status), (counts.get(String(status)) ?? 0) + 1);
    const shown = [...counts]
      .map(([status, count]) => `${count} ${status}`)
      .sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
    assert.equal(shown.join(","), expected);
  });
}

test("a diffstat from another repository links each side to its own", async () => {
  const [, added] = valuesOf(await askJson("diffstat/acme/fork:forked..main?renames=false")).toReversed();
  assert.match(JSON.stringify(added), new RegExp(`/acme/fork/src/${ids.forked}/forked.txt`));
});

test("merge-base answers the commit as GET on it does", async () => {
  for (const [spec, id] of [
    ["feature/diff.stat..release-1.0", ids.root!],
    ["main..v1.0", ids.feature!],
    ["acme/fork:forked..main", ids.main!],
    ["main..main", ids.main!],
  ] as const) {
    const commit = await askJson(`merge-base/${spec}`);
    assert.deepEqual(commit, await askJson(`commit/${id}`));
    assertKeys(commit, ["type", "hash", "date", "author", "message", "links", "parents", "participants"]);
  }
});

test("file-conflicts tells what is in the way, and writes nothing", async () => {
  const page = await askJson("file-conflicts/feature/diff.stat..release-1.0");
  assert.deepEqual(page, {
    values: [
      {
        type: "file_conflict",
        path: "gone.txt",
        scenario: "delete_modify",
        message: "File deleted in source and modified in destination",
      },
      {
        type: "file_conflict",
        path: "kept.txt",
        scenario: "content",
        message: "File modified in both source and destination",
      },
    ],
    pagelen: 500,
    size: 2,
    page: 1,
  });
  assert.deepEqual((await askJson("file-conflicts/acme/fork:forked..main")).values, []);
  // One commit stands against its first parent, which it has in its history.
  for (const spec of ["main", "release-1.0"])
    assert.deepEqual(await askJson(`file-conflicts/${spec}`), { values: [], pagelen: 500, size: 0, page: 1 });
  const counted = await withRepository(app.ports.packs, app.repository.uuid, ({ gitDir }) =>
    git.out(["count-objects", "-v"], { folder: gitDir }),
  );
  assert.match(counted, /^count: 0$/m);
});
