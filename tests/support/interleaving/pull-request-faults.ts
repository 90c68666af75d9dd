import type { Trial } from "./trial.ts";

type Commit = { readonly hash: string; readonly parents: readonly { readonly hash: string }[] };

/**
 * What is wrong with the pull request of a trial, or with the history of its destination: everything that was acknowledged is
 * there once, and nothing else is.
 *
 * @param count how many operations of this name were acknowledged.
 */
export async function pullRequestFaults(
  { cast: { owner }, path, pullRequest }: Trial,
  count: (name: string) => number,
): Promise<string[]> {
  const { status, json } = await owner.rest("GET", pullRequest);
  if (status !== 200) return [];
  const faults: string[] = [];
  const mustBe = (what: string, found: unknown, expected: unknown) => {
    if (found !== expected) faults.push(`${what}: ${found} and not ${expected}`);
  };
  const merges = count("pull request merged");
  const closings = merges + count("pull request declined");
  const state = merges > 0 ? "MERGED" : closings > 0 ? "DECLINED" : "OPEN";
  mustBe("state", json.state, state);
  mustBe("how often it was closed", closings, state === "OPEN" ? 0 : 1);
  const activity = await owner.rest("GET", `${pullRequest}/activity`);
  const updates: string[] = activity.json.values.flatMap(({ update }: { update?: { state: string } }) =>
    update === undefined ? [] : [update.state],
  );
  const isOf = (one: string) => updates.filter((each) => each === one).length;
  mustBe("entries of its end", updates.length - isOf("OPEN"), closings);
  const moves = isOf("OPEN") - 1;
  if (moves > count("source moved")) faults.push(`${moves} moves`);
  const source = await owner.rest("GET", `${path}/refs/branches/topic`);
  if (state === "OPEN") {
    mustBe("moves", moves, count("source moved"));
    if (source.status === 200)
      mustBe(
        "source",
        json.source.commit.hash,
        source.json.target.hash.slice(0, json.source.commit.hash.length),
      );
  }
  // A commit of the owner, which is not counted.
  if (count("made private, and a secret committed") > 0) return faults;
  const history = await owner.rest("GET", `${path}/commits/main`);
  if (history.status !== 200) return faults;
  const commits = new Map<string, Commit>(history.json.values.map((one: Commit) => [one.hash, one]));
  const chain: Commit[] = [];
  for (let next = history.json.values[0]; next !== undefined; next = commits.get(next.parents[0]?.hash ?? ""))
    chain.push(next);
  mustBe("commits on main", chain.length, 1 + count("commit") + merges);
  const merged = chain.filter(({ parents }) => parents.length === 2);
  mustBe("merges on main", merged.length, merges);
  for (const { hash, parents } of merged) {
    mustBe("the merge", hash.slice(0, json.merge_commit.hash.length), json.merge_commit.hash);
    mustBe(
      "what is merged",
      parents[1]!.hash.slice(0, json.source.commit.hash.length),
      json.source.commit.hash,
    );
  }
  return faults;
}
