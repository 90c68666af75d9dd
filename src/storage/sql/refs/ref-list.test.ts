import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { type Filter, parseFilter } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { RefName } from "../../../model/ref-name.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { countListedRefs } from "./ref-list.ts";
import { insertRefs } from "./refs.ts";

function filterOf(text: string): Filter {
  const parsed = parseFilter(text);
  assert.ok(parsed.kind === "filter", text);
  return parsed.filter;
}

describeDatabases("lists of refs", (current) => {
  const repositoryUuid = newUuid();
  before(async () => {
    const { kysely } = current().database;
    const workspace = sampleWorkspace("team");
    const project = sampleProject(workspace, "P");
    await insertWorkspace(kysely, workspace);
    await insertProject(kysely, project);
    await insertRepository(kysely, sampleRepository(workspace, project, "site", { uuid: repositoryUuid }));
    const target = "1".repeat(40) as ObjectId;
    const names = ["refs/heads/a", "refs/heads/b", "refs/tags/a"] as RefName[];
    await insertRefs(
      kysely,
      repositoryUuid,
      names.map((name) => ({ name, target, peeled: undefined })),
    );
  });

  for (const [text, count] of [
    ['type > "BRANCH" AND type < "c"', 2],
    ['type > "TAG" AND type > "s"', 1],
    ['name > "A"', 3],
    ['name < "B"', 0],
  ] as const) {
    test(`compare by code points, on any locale: ${text}`, async () => {
      const options = { kinds: ["branch", "tag"], filter: filterOf(text) } as const;
      assert.equal(await countListedRefs(current().database.kysely, repositoryUuid, options), count);
    });
  }
});
