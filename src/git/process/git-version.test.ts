import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isAtLeast, parseGitVersion, requireGit } from "./git-version.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-git-version-"));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [text, version] of [
  ["git version 2.39.5\n", "2.39.5"],
  ["git version 2.39.5 (Apple Git-154)\n", "2.39.5"],
  ["git version 2.52.0.rc1.windows.1\n", "2.52.0"],
  ["git version 3.0\n", "3.0"],
  ["hg version 6.1\n", undefined],
] as const) {
  test(`${JSON.stringify(text)} is version ${version}`, () => assert.equal(parseGitVersion(text), version));
}

for (const [version, isEnough] of [
  ["2.39.0", true],
  ["2.39", true],
  ["2.38.9", false],
  ["2.100.1", true],
  ["1.99", false],
  ["3.0", true],
] as const) {
  test(`git ${version} is ${isEnough ? "new enough" : "too old"}`, () =>
    assert.equal(isAtLeast(version, "2.39"), isEnough));
}

test("no git, an old one, and what is no git are refused in one sentence", async () => {
  const { PATH } = process.env;
  process.env.PATH = folder;
  await assert.rejects(requireGit(), /^Failure: git is not on the PATH: install git 2\.39 or newer/);
  for (const [said, problem] of [
    ["echo git version 2.30.2", /^Failure: git 2\.30\.2 is too old: Pail needs git 2\.39 or newer$/],
    ["echo nonsense", /^Failure: git is not on the PATH/],
    ["exit 3", /^Failure: git is not on the PATH/],
  ] as const) {
    writeFileSync(join(folder, "git"), `#!/bin/sh\n${said}\n`);
    chmodSync(join(folder, "git"), 0o755);
    await assert.rejects(requireGit(), problem);
  }
  process.env.PATH = PATH;
  await requireGit();
});
