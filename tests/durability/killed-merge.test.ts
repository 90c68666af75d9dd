// A merge that is killed at any step has happened wholly, or not at all: destination, source branch and pull request.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { casesOn, DIALECTS } from "../support/database/test-database.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type DataLocation, type KillableServer, runPail, startKillable } from "./kills/killable-server.ts";
import { POINTS_OF_MERGES } from "./kills/merge-points.ts";
import { newPostgresUrl } from "./kills/new-postgres-url.ts";

const EMAIL = "ann@example.com";
const REPOSITORY = "/2.0/repositories/team/demo";
const END_MS_MAX = 60_000;
const git = openRealGit();

type Case = { readonly point: (typeof CASES)[number]["point"]; readonly mode: keyof typeof POINTS_OF_MERGES };
type Opened = Case & {
  readonly id: number;
  readonly from: string;
  readonly into: string;
  readonly source: string;
  readonly destination: string;
  /** Whether its merge was acknowledged, and where its outcome is told if nobody waits for it. */
  outcome: { readonly isAcknowledged: boolean; readonly location: string | undefined };
};

const CASES = Object.entries(POINTS_OF_MERGES).flatMap(([mode, points]) =>
  points.map((point) => ({ mode: mode as keyof typeof POINTS_OF_MERGES, point })),
);

for (const dialect of DIALECTS) {
  describe(`a merge on ${dialect}`, async () => {
    const folder = git.newPath("source");
    const location = await newLocation(dialect);
    await must(location, ["account", "create", "--email", EMAIL, "--username", "ann"]);
    await must(location, ["workspace", "create", "--slug", "team", "--owner", EMAIL]);
    const token = await must(location, [
      "token",
      "create",
      "--account",
      EMAIL,
      "--name",
      "t",
      "--scope",
      "all",
    ]);
    let server: KillableServer = (await startKillable(location))!;
    after(() => server.kill());

    async function rest(method: string, path: string, body?: object) {
      const answer = await sendRequest(server.url, path, {
        method,
        headers: {
          Authorization: basic(EMAIL, token.trim()),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { ...answer, json: answer.text === "" ? undefined : JSON.parse(answer.text) };
    }

    /** All of them beforehand, each between branches of its own. */
    async function openAll(): Promise<readonly Opened[]> {
      assert.equal((await rest("POST", REPOSITORY, {})).status, 200);
      await git.out(["init", "--quiet", folder]);
      await commitFiles(git, folder, { "base.txt": "base\n" }, "Base");
      const sides = [];
      for (const [index, one] of casesOn(dialect, CASES).entries()) {
        const [from, into] = [`from-${index}`, `into-${index}`];
        await git.out(["checkout", "--quiet", "-b", into, "main"], { folder });
        await commitFiles(git, folder, { [`${into}.txt`]: "into\n" }, "Into");
        await git.out(["checkout", "--quiet", "-b", from, "main"], { folder });
        await commitFiles(git, folder, { [`${from}.txt`]: "from\n" }, "From");
        const [source, destination] = await Promise.all(
          [from, into].map((name) => git.out(["rev-parse", name], { folder })),
        );
        sides.push({ ...one, from, into, source: source!, destination: destination! });
      }
      const url = new URL("/team/demo.git", server.url);
      url.username = "x-bitbucket-api-token-auth";
      url.password = token.trim();
      await git.out(["push", "--quiet", url.href, "--all"], { folder });
      const opened: Opened[] = [];
      for (const side of sides) {
        const body = {
          title: "Merged or not",
          close_source_branch: true,
          source: { branch: { name: side.from } },
          destination: { branch: { name: side.into } },
        };
        const { status, json, text } = await rest("POST", `${REPOSITORY}/pullrequests`, body);
        assert.equal(status, 201, text);
        const outcome = { isAcknowledged: false, location: undefined };
        opened.push({ ...side, id: json.id, outcome });
      }
      return opened;
    }

    async function tipOf(branch: string): Promise<string | undefined> {
      const { status, json } = await rest("GET", `${REPOSITORY}/refs/branches/${branch}`);
      return status === 404 ? undefined : json.target.hash;
    }

    /** Fails if it has happened in part. @returns whether it has. */
    async function isMerged({ id, from, into, source, destination, outcome }: Opened): Promise<boolean> {
      const { json } = await rest("GET", `${REPOSITORY}/pullrequests/${id}`);
      const tips = { source: await tipOf(from), destination: await tipOf(into) };
      if (json.state === "OPEN") {
        assert.deepEqual(tips, { source, destination }, "nothing has changed");
        assert.equal(outcome.isAcknowledged, false, "what was acknowledged is there");
        return false;
      }
      assert.equal(json.state, "MERGED");
      assert.equal(tips.source, undefined, "the source branch is deleted");
      const commit = await rest("GET", `${REPOSITORY}/commit/${tips.destination}`);
      const parents = commit.json.parents.map(({ hash }: { readonly hash: string }) => hash);
      assert.deepEqual(parents, [destination, source]);
      assert.equal(json.merge_commit.hash, tips.destination!.slice(0, 12));
      return true;
    }

    /** A task that was cut off is told to be, once its time is up. */
    async function checkTask({ outcome: { location: task } }: Opened, hasMerged: boolean): Promise<void> {
      if (task === undefined) return;
      const { status, json } = await rest("GET", new URL(task).pathname);
      if (hasMerged) assert.equal(json.task_status, "SUCCESS");
      else assert.ok(status === 555 || json.task_status === "PENDING", String(status));
    }

    test("that is killed at any step has happened wholly or not at all", async () => {
      const all = await openAll();
      for (const one of all) {
        const { id, mode, point } = one;
        await server.kill();
        // What the kill before this one has left is looked at by the next server.
        server = (await startKillable(location, { point, nth: 1, delayMs: 0 }))!;
        const path = `${REPOSITORY}/pullrequests/${id}/merge${mode === "async" ? "?async=true" : ""}`;
        const answer = await rest("POST", path).catch(() => undefined);
        assert.ok(await server.endsWithin(END_MS_MAX), `${point} is reached`);
        one.outcome = {
          isAcknowledged: answer?.status === 200,
          location: answer?.status === 202 ? answer.headers.location : undefined,
        };
      }
      server = (await startKillable(location))!;
      const merged = new Map<Opened, boolean>();
      for (const one of all) {
        const has = await isMerged(one);
        merged.set(one, has);
        await checkTask(one, has);
      }
      const points = (has: boolean) =>
        [...merged].filter((entry) => entry[1] === has).map(([one]) => one.point);
      assert.deepEqual([...new Set(points(true))], ["refs.committed"], "only what is committed is merged");
      await mergeAgain(all.filter((one) => merged.get(one) === false));
      await server.kill();
      await must(location, ["fsck", "--full"]);
    });

    async function mergeAgain(left: readonly Opened[]): Promise<void> {
      for (const one of left) {
        const path = `${REPOSITORY}/pullrequests/${one.id}/merge`;
        let answer = await rest("POST", path);
        // A task that was cut off counts until its deadline.
        for (const end = Date.now() + END_MS_MAX; answer.status === 409 && Date.now() < end; ) {
          await delay(500);
          answer = await rest("POST", path);
        }
        assert.equal(answer.status, 200, `${one.point}: ${answer.text}`);
        assert.ok(await isMerged(one));
      }
    }
  });
}

async function newLocation(dialect: "sqlite" | "postgres"): Promise<DataLocation> {
  const dataFolder = git.newPath("data");
  await mkdir(dataFolder);
  if (dialect === "sqlite") return { dataFolder, databaseUrl: undefined };
  return { dataFolder, databaseUrl: await newPostgresUrl() };
}

async function must(location: DataLocation, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPail(location, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}
