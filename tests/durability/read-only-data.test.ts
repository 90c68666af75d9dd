import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { serverFaults } from "../security/hostile-client.ts";
import { openDemoRestClient, type RestQuestion } from "../support/clients/rest-client.ts";
import {
  assertPushRefused,
  assertRecovered,
  assertUnavailable,
  openOutageProbe,
} from "../support/database/outage.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { UNPRIVILEGED_ID, unprivilegedProblem } from "../support/processes/unprivileged.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

/** To root permissions say nothing: then another account starts the server. Undefined: this one. */
const account = process.getuid?.() === 0 ? UNPRIVILEGED_ID : undefined;
const skipAccount = account === undefined ? false : unprivilegedProblem;
const READ_ONLY = /can only be read|database is not available/i;

const folder = mkdtempSync(join(tmpdir(), "pail-read-only-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** What makes folders and files in other places than a push does. */
function otherWrites(repository: string): readonly (readonly [string, string, RestQuestion])[] {
  const boundary = "boundary";
  const upload = {
    headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\na\r\n--${boundary}--\r\n`,
  };
  return [
    ["POST", `${repository}-new`, { json: { scm: "git" } }],
    ["POST", `${repository}/forks`, { json: { name: "fork" } }],
    ["POST", `${repository}/downloads`, upload],
    ["DELETE", repository, {}],
  ];
}

/** A disk of one's own, with a journal, in a file. */
function mountDisk(image: string, place: string): boolean {
  return run("mount", "-o", "loop", "-t", "ext4", image, place);
}

describe("a disk that makes itself read-only, database and all", () => {
  const image = join(folder, "disk.img");
  const place = join(folder, "disk");
  mkdirSync(place);
  const isMounted =
    run("truncate", "-s", "64M", image) && run("mkfs.ext4", "-q", image) && mountDisk(image, place);
  after(() => {
    if (isMounted) run("umount", "--lazy", place);
  });

  test("writes are refused, reads go on, and what was acknowledged is there when the disk is well again", {
    skip: isMounted
      ? false
      : "a disk of ext4 in a file can be mounted by root only, where there are loop devices",
    timeout: 600_000,
  }, async () => {
    const dataFolder = join(place, "data");
    const pail = await startPail({ dataFolder });
    const git = openRealGit();
    const probe = await openOutageProbe(git, pail);
    const rest = openDemoRestClient(pail);
    try {
      for (const answer of [await probe.commit(), await probe.createBranch()])
        assert.equal(answer.status, 201, answer.text);
      // ext4(5), "abort": as if the file system had met a fault of its own. Files that are open for writing are no way around it.
      assert.ok(run("mount", "-o", "remount,abort", place));
      for (let time = 1; time <= 3; time += 1) {
        assertPushRefused(await probe.push(), READ_ONLY);
        assertPushRefused(await probe.push(1024 * 1024), READ_ONLY);
        assertUnavailable(await probe.commit(), READ_ONLY);
        assertUnavailable(await probe.createBranch(), READ_ONLY);
        assert.equal((await probe.read()).status, 200);
        const cloned = await probe.clone();
        assert.equal(cloned.status, 0, cloned.stderr);
      }
      for (const [method, path, question] of otherWrites(probe.repository.fullName))
        assertUnavailable(await rest(`/repositories/${path}`, { method, ...question }), READ_ONLY);
      const faults = serverFaults(pail);
      assert.deepEqual(faults, [], "the server has met no fault of its own");
    } finally {
      await pail.stop();
    }
    assert.ok(run("umount", place) && mountDisk(image, place));
    const { port } = new URL(pail.credentials.url);
    const again = await startPail({ dataFolder, args: ["--port", port] });
    try {
      await assertRecovered(probe);
    } finally {
      await again.stop();
    }
  });
});

describe("a data folder that can only be read", () => {
  const place = join(folder, "data");
  let pail: PailServer | undefined;
  const command = openPailCommand();

  async function fill(): Promise<void> {
    pail ??= await startPail({ dataFolder: place });
    await pail.stop();
  }

  async function startAs(userId: number | undefined, dataFolder: string) {
    const args = ["serve", "--data", dataFolder, "--port", "0"];
    return command.run(args, {}, userId);
  }

  function assertOneLine(
    { status, stdout, stderr }: Awaited<ReturnType<typeof startAs>>,
    line: RegExp,
  ): void {
    assert.deepEqual([status, stdout], [1, ""], stderr);
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }

  for (const [what, makeReadOnly] of [
    ["by its permissions", () => chmodSync(place, 0o500)],
    ["but for the folder itself: the database", () => chmodSync(join(place, "pail.sqlite"), 0o400)],
  ] as const) {
    test(`${what}: a start says so in one line`, { skip: skipAccount }, async () => {
      await fill();
      if (account !== undefined) run("chown", "-R", String(account), place);
      makeReadOnly();
      try {
        assertOneLine(
          await startAs(account, place),
          /^pail: Cannot (start|open the database): .*data(\/pail\.sqlite)? can only be read \(EACCES\)$/m,
        );
      } finally {
        run("chmod", "-R", "u+w", place);
      }
    });
  }

  test("by its disk: a start says so in one line", async (context) => {
    await fill();
    const isBound = run("mount", "--bind", place, place) && run("mount", "-o", "remount,bind,ro", place);
    if (!isBound) return context.skip("a folder can be bound by root only");
    try {
      assertOneLine(
        await startAs(undefined, place),
        /^pail: Cannot start: the data folder \S+data can only be read \(EROFS\)$/m,
      );
    } finally {
      run("umount", place);
    }
  });

  test("before there is anything in it: a start says so in one line", {
    skip: skipAccount,
  }, async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty, { mode: 0o500 });
    if (account !== undefined) chownSync(empty, account, account);
    for (const dataFolder of [empty, join(empty, "data")])
      assertOneLine(await startAs(account, dataFolder), /^pail: .*(can only be read|permission denied)/);
  });
});
