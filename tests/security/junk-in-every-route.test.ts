// The attack: every route of the list, fed what no client means: wrong types, prototypes, depth, halves of characters,
// numbers that are none, ways through folders, bytes that are no text. It may refuse; it may not break.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_ROUTES } from "../support/examples/all-routes.ts";
import { exampleOf, routeName } from "../support/examples/route-examples.ts";
import { FEW_CASES } from "../support/junk/few-cases.ts";
import { describeJunk } from "../support/junk/junk-suite.ts";

/** Writes that have no body, by the reference or because everybody is refused before it. */
const BODILESS: ReadonlySet<string> = new Set([
  "POST /2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve",
  "POST /2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/approve",
  "POST /2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/request-changes",
  "POST /2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}/resolve",
  "PUT /2.0/repositories/{workspace}/{repo_slug}/default-reviewers/{target_username}",
  "POST /2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/stopPipeline",
  "PUT /2.0/snippets/{workspace}/{encoded_id}/watch",
  "PUT /1.0/groups/{workspace}/{group_slug}/members/{member}",
  "POST /2.0/users/{selected_user}/pipelines_config/variables",
  "PUT /2.0/users/{selected_user}/pipelines_config/variables/{variable_uuid}",
  "POST /2.0/teams/{username}/pipelines_config/variables",
  "PUT /2.0/teams/{username}/pipelines_config/variables/{variable_uuid}",
]);

test("each route that takes a body has an example of one", () => {
  const missing = ALL_ROUTES.filter(
    (route) =>
      ("body" in route && route.body !== undefined) || route.method === "POST" || route.method === "PUT",
  )
    .filter((route) => exampleOf(route).body === undefined && !BODILESS.has(routeName(route)))
    .map(routeName);
  assert.deepEqual(missing, [], "add one to tests/support/examples/route-examples.ts");
});

describeJunk("sqlite", FEW_CASES);
