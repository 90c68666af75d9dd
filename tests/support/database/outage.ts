import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { serverFaults } from "../../security/hostile-client.ts";
import { openDemoRestClient, type RestAnswer } from "../clients/rest-client.ts";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  type HostedRepository,
  serverRefs,
} from "../git/hosted-repository.ts";
import type { GitOutcome, RealGit } from "../git/real-git.ts";
import type { PailServer } from "../server/pail-server.ts";

/** A repository that is worked in while something that the server needs is away. */
export type OutageProbe = {
  readonly repository: HostedRepository;
  /**
   * A new commit that is pushed to `main`. What the server holds afterwards is compared with what it said.
   *
   * @param bytes of a file in it. Pail takes small packs without git.
   */
  push(bytes?: number): Promise<GitOutcome>;
  commit(): Promise<RestAnswer>;
  createBranch(): Promise<RestAnswer>;
  read(): Promise<RestAnswer>;
  clone(): Promise<GitOutcome>;
  /** @throws AssertionError unless what was acknowledged is there and nothing else, and the server sees no fault of its own. */
  check(): Promise<void>;
};

export async function openOutageProbe(git: RealGit, pail: PailServer): Promise<OutageProbe> {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const rest = openDemoRestClient(pail);
  const api = `/repositories/${repository.fullName}`;
  const start = pail.logText().length;
  const inMain = [...ids];
  const committed: string[] = [];
  const branches: string[] = [];
  let number = 0;
  let reads = 0;
  const next = () => {
    number += 1;
    return `work-${number}`;
  };
  return {
    repository,
    async push(bytes = 10) {
      const name = next();
      const id = await commitFiles(git, folder, { [name]: randomBytes(bytes) }, name);
      const outcome = await git.run(["push", "origin", "main"], { folder });
      if (outcome.status === 0) inMain.push(id);
      else await git.out(["reset", "--quiet", "--hard", "HEAD~1"], { folder });
      return outcome;
    },
    async commit() {
      const name = next();
      const form = new URLSearchParams({ branch: "committed", message: name, [`/${name}`]: name });
      const answer = await rest(`${api}/src`, { method: "POST", form: form.toString() });
      if (answer.status === 201) committed.push(answer.headers.location?.split("/").at(-1) ?? "");
      return answer;
    },
    async createBranch() {
      const name = next();
      const json = { name, target: { hash: ids[0]! } };
      const answer = await rest(`${api}/refs/branches`, { method: "POST", json });
      if (answer.status === 201) branches.push(`refs/heads/${name}`);
      return answer;
    },
    read() {
      // Another request each time, so that no cached answer is given.
      reads += 1;
      return rest(`${api}/refs/branches?pagelen=10&page=${reads}`);
    },
    clone: () => git.run(["clone", "--quiet", repository.url, git.newPath("clone")]),
    async check() {
      const clone = await cloneOf(git, repository.url, ["--mirror"]);
      await git.out(["fsck", "--strict"], { folder: clone });
      const held = await serverRefs(git, repository.url);
      const own = committed.length === 0 ? [] : ["refs/heads/committed"];
      assert.deepEqual([...held.keys()].sort(), ["refs/heads/main", ...own, ...branches].sort());
      const history = async (ref: string) =>
        (await git.out(["rev-list", ref], { folder: clone })).split("\n");
      assert.deepEqual((await history("refs/heads/main")).sort(), inMain.toSorted());
      if (committed.length > 0) {
        const made = (await history("refs/heads/committed")).filter((id) => !inMain.includes(id));
        assert.deepEqual(made.sort(), committed.toSorted());
      }
      const proof = await pail.cli(["fsck", "--json"]);
      assert.equal(proof.status, 0, proof.stdout + proof.stderr);
      assert.deepEqual(serverFaults(pail, start), []);
      assert.doesNotMatch(pail.logText().slice(start), /"status":500,"duration_ms"/);
    },
  };
}

/** A push that the server has refused in words, not by hanging up. */
export function assertPushRefused({ status, stderr }: GitOutcome, why: RegExp): void {
  assert.notEqual(status, 0, "refused");
  assert.match(stderr, why);
  assert.doesNotMatch(stderr, /hung up|reset by peer|unexpected disconnect|Everything up-to-date/);
}

export function assertUnavailable({ status, text, headers }: RestAnswer, why: RegExp): void {
  assert.equal(status, 503, text);
  assert.match(String(headers["retry-after"]), /^[1-9]\d*$/, "says when to come again");
  assert.match(text, why);
}

/** Everything is done again, without a restart of the server. */
export async function assertRecovered(probe: OutageProbe): Promise<void> {
  const pushed = await probe.push();
  assert.equal(pushed.status, 0, pushed.stderr);
  for (const answer of [await probe.commit(), await probe.createBranch()])
    assert.equal(answer.status, 201, answer.text);
  assert.equal((await probe.read()).status, 200);
  const cloned = await probe.clone();
  assert.equal(cloned.status, 0, cloned.stderr);
  await probe.check();
}
