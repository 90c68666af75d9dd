import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Route } from "../../src/http/routes/route.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { type Cost, measureCost } from "../support/processes/cost-meter.ts";
import { crowdedPath, LARGE_FILES, startCrowdedApp } from "../support/server/crowded-app.ts";

/** Every list of the API, as soon as its route is listed: what a page costs does not depend on how much is on it. */
const crowded = await startCrowdedApp();
const { app, rest } = crowded;
await app.ports.maintenance.idle();

const FEW = 2;
const MANY = 20;

/** Lists that start git processes, how many for a page that nobody has asked for before, and why. None else may. */
const SPAWNING: Readonly<
  Record<string, { readonly first: number; readonly later: number; readonly why: string }>
> = {
  "/commits": { first: 1, later: 1, why: "a walk through the history by git rev-list over the commit graph" },
  "/commits/{revision}": { first: 1, later: 1, why: "the same" },
  "/pullrequests/{pull_request_id}/commits": { first: 1, later: 1, why: "the same" },
  "/pullrequests/{pull_request_id}/diffstat": { first: 2, later: 0, why: "the list to which it leads" },
  "/pullrequests/{pull_request_id}/conflicts": { first: 2, later: 0, why: "the same" },
  "/commit/{commit}/pullrequests": {
    first: 1,
    later: 1,
    why: "a walk from the tips of the pull requests to the commit",
  },
  "/filehistory/{commit}/{path}": { first: 1, later: 1, why: "the same, with changed-path filters" },
  "/diffstat/{spec}": { first: 2, later: 0, why: "merge base and diff of two commits, kept by their ids" },
  "/file-conflicts/{spec}": {
    first: 2,
    later: 0,
    why: "merge base and merge of two commits, kept by their ids",
  },
};

/** Lists without a crowd, and why. */
const SMALL: Readonly<Record<string, string>> = {
  "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/conflicts":
    "it leads to a list that has a crowd elsewhere",
  "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/mergeability/checks":
    "what is checked is fixed, and it has no pages",
  "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps":
    "all are in one page, since a file has no more than a hundred",
  "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/test_reports/test_cases/{test_case_uuid}/test_case_reasons":
    "there is one at most, and it has no pages",
  "/2.0/snippets/{workspace}/{encoded_id}/watchers": "one watches, as in lists of accounts with a crowd",
  "/2.0/hook_events/{subject_type}": "what there is to listen to is fixed",
};

type Page = { readonly count: number; readonly cost: Cost };

/** Undefined if the answer is no list. */
async function askPage(path: string, pagelen: number): Promise<Page | undefined> {
  let count: number | undefined;
  // What a request before has left for the audit log makes the look-ups forget what they know: ask for it anew.
  await app.ports.auditNotes.idle();
  await rest("GET", "/commit/main");
  const cost = await measureCost(async () => {
    const answer = await rest("GET", `${path}${path.includes("?") ? "&" : "?"}pagelen=${pagelen}`);
    if (answer.status === 200 && Array.isArray(answer.json?.values)) count = answer.json.values.length;
    else if (answer.status >= 500) throw new Error(answer.text);
  });
  return count === undefined ? undefined : { count, cost };
}

/** The end of a route's path by which it is told apart here. */
function shortPath({ path }: Route): string {
  return path.replace("/2.0/repositories/{workspace}/{repo_slug}", "");
}

// The readers of the pool start, and the token's last use is written down.
await rest("GET", "/commit/main");

const lists = new Map<Route, Page>();
for (const route of ROUTES.filter(({ method }) => method === "GET")) {
  const page = await askPage(crowdedPath(crowded, route), MANY);
  if (page !== undefined) lists.set(route, page);
}

test("the lists are found", () => {
  assert.ok(lists.size >= 30, [...lists.keys()].map(({ path }) => path).join("\n"));
});

/** A walk through commits is written down when it begins, for its next pages. */
const WRITTEN_ONCE = /^insert into "commits_cursor"/;

/** Once in a turn of the event loop, so how often in a request is chance. */
const VERSION = /^pragma data_version$/;

/** The look-up of the path's pull request is cached until something is committed. */
const LOOKED_UP =
  /^select "pull_request"\.\*.* where "pull_request"\."repository_uuid" = \? and "pull_request"\."id" = \?$/;

/** Lists of values are as long as the page, by one statement all the same. */
function readings({ statements }: Cost): readonly string[] {
  return statements
    .filter((statement) => ![WRITTEN_ONCE, VERSION, LOOKED_UP].some((pattern) => pattern.test(statement)))
    .map((statement) => statement.replaceAll(/\((?:\?, )*\?\)/g, "(?)"));
}

describe("a page of 20 costs what a page of 2 costs", () => {
  for (const [route, many] of lists) {
    test(route.path, async () => {
      const few = (await askPage(crowdedPath(crowded, route), FEW))!;
      if (!(route.path in SMALL)) assert.deepEqual([few.count, many.count], [FEW, MANY], "there is a crowd");
      assert.deepEqual(readings(few.cost), readings(many.cost));
      const allowed = SPAWNING[shortPath(route)] ?? { first: 0, later: 0 };
      assert.deepEqual(many.cost.spawns.slice(allowed.first), []);
      assert.deepEqual(few.cost.spawns.slice(allowed.later), []);
    });
  }
});

test("large files of a folder are looked into once, and then known", async () => {
  const first = (await askPage("/src/large/large", MANY))!;
  assert.deepEqual([first.count, first.cost.spawns.length], [LARGE_FILES, LARGE_FILES]);
  assert.deepEqual((await askPage("/src/large/large", MANY))!.cost.spawns, []);
});

test("no list is exempt that is not there", () => {
  const paths = [...lists.keys()];
  const exempt = [...Object.keys(SPAWNING), ...Object.keys(SMALL)];
  const known = new Set([...paths.map(shortPath), ...paths.map(({ path }) => path)]);
  assert.deepEqual(
    exempt.filter((path) => !known.has(path)),
    [],
  );
});
