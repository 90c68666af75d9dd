import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGit } from "../../git/process/git-process.ts";
import type { ImportSource } from "../../imports/import-source.ts";
import { openLocalSource } from "../../imports/local-source.ts";

type Author = { readonly name: string; readonly email: string };

/** 2026-03-02 09:00 UTC: fixed, so that the demo repository has the same object ids everywhere. */
const BEGIN_S = 1_772_442_000;
const HOUR_S = 3_600;
const ADA: Author = { name: "Ada Example", email: "ada@example.com" };

const README = `# Demo

A small repository to try clone, pull, push and the REST API on.

    sh greet.sh World
`;
const GREET = `#!/bin/sh
echo "Hello, $1"
`;
const GREET_POLITELY = `#!/bin/sh
# Greets whoever is named, and everyone when nobody is.
echo "Hello, \${1:-everyone}"
`;
const LICENSE = "You may do with this whatever you like.\n";
const GUIDE = `# How to greet

Give a name: \`sh greet.sh Ada\`. Without one, everyone is greeted.
`;

/**
 * Writes a small history into a temporary repository, hands it over and removes it: commits by two authors, a merge, a
 * branch besides `main`, an annotated tag.
 */
export async function withDemoHistory<T>(
  author: Author,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  const gitDir = await mkdtemp(join(tmpdir(), "pail-demo-"));
  try {
    await runGit(["init", "--quiet", "--bare", "--template=", "--initial-branch=main"], { gitDir });
    await runGit(["fast-import", "--quiet"], { gitDir, input: demoStream(author) });
    return await work(await openLocalSource(gitDir));
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}

/** In the form of git-fast-import(1). */
function demoStream(author: Author): string {
  const main = "refs/heads/main";
  const feature = "refs/heads/feature/greeting";
  const line = (who: Author, hour: number) => `${who.name} <${who.email}> ${BEGIN_S + hour * HOUR_S} +0000`;
  const commit = (mark: number, ref: string, who: Author, message: string, rest: readonly string[]) => [
    `commit ${ref}`,
    `mark :${mark}`,
    `author ${line(who, mark)}`,
    `committer ${line(who, mark)}`,
    data(message),
    ...rest,
  ];
  return [
    ...commit(1, main, author, "Begin with a README\n", [file("README.md", README)]),
    ...commit(2, main, author, "Greet by name\n", ["from :1", file("greet.sh", GREET, "100755")]),
    ...commit(3, feature, ADA, "Greet everyone when nobody is named\n", [
      "from :2",
      file("greet.sh", GREET_POLITELY, "100755"),
    ]),
    ...commit(4, main, author, "Add a licence\n", ["from :2", file("LICENSE", LICENSE)]),
    ...commit(5, main, author, "Merge branch 'feature/greeting'\n", [
      "from :4",
      "merge :3",
      file("greet.sh", GREET_POLITELY, "100755"),
    ]),
    ...commit(6, feature, ADA, "Describe how to greet\n", ["from :3", file("docs/greeting.md", GUIDE)]),
    "tag v1.0",
    "from :5",
    `tagger ${line(author, 5)}`,
    data("The first release\n"),
    "done",
    "",
  ].join("\n");
}

function file(path: string, content: string, mode = "100644"): string {
  return `M ${mode} inline ${path}\n${data(content)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
