import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleToken,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { RECORDED_USES_MAX, type RecordedUse } from "../../../model/recorded-use.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  findNamesOfUses,
  insertRecordedUses,
  listRecordedUses,
  startRecording,
  stopRecording,
} from "./token-recordings.ts";
import { findToken, insertToken } from "./tokens.ts";

const UNTIL = new Date("2026-06-01T00:00:00Z");
const SCOPE: RecordedUse = { kind: "api-token-scope", value: "read:repository:bitbucket" };

describeDatabases("recordings of tokens", (current) => {
  const ada = sampleAccount("ada");
  const db = () => current().database.kysely;
  let made = 0;

  before(() => insertAccount(db(), ada));

  async function storeToken() {
    made += 1;
    const token = sampleToken(ada);
    await insertToken(db(), token, Buffer.alloc(32, made));
    return token.uuid;
  }

  test("a token is watched until the recording is stopped", async () => {
    const uuid = await storeToken();
    await startRecording(db(), uuid, UNTIL);
    assert.deepEqual((await findToken(db(), uuid))?.recordedUntil, UNTIL);
    await stopRecording(db(), uuid);
    assert.equal((await findToken(db(), uuid))?.recordedUntil, undefined);
  });

  test("each use is stored once, and the next recording begins anew", async () => {
    const uuid = await storeToken();
    await insertRecordedUses(db(), uuid, []);
    await Promise.all([insertRecordedUses(db(), uuid, [SCOPE]), insertRecordedUses(db(), uuid, [SCOPE])]);
    assert.deepEqual(await listRecordedUses(db(), uuid), [SCOPE]);
    await startRecording(db(), uuid, UNTIL);
    assert.deepEqual(await listRecordedUses(db(), uuid), []);
  });

  test("no more than the limit is stored", async () => {
    const uuid = await storeToken();
    const refs = Array.from(
      { length: RECORDED_USES_MAX - 1 },
      (_, index) => ({ kind: "ref", value: `refs/heads/${index}` }) as const,
    );
    await insertRecordedUses(db(), uuid, refs);
    await insertRecordedUses(db(), uuid, [SCOPE, { kind: "ref", value: "refs/heads/more" }]);
    await insertRecordedUses(db(), uuid, [{ kind: "ref", value: "refs/heads/still-more" }]);
    assert.equal((await listRecordedUses(db(), uuid)).length, RECORDED_USES_MAX);
  });

  test("what was used has its name, and nothing has none", async () => {
    const workspace = sampleWorkspace("acme");
    const project = sampleProject(workspace, "PROJ");
    const repository = sampleRepository(workspace, project, "demo");
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    assert.equal((await findNamesOfUses(db(), [SCOPE])).size, 0);
    const names = await findNamesOfUses(db(), [
      { kind: "repository", value: repository.uuid },
      { kind: "project", value: project.uuid },
      { kind: "seen-workspace", value: workspace.uuid },
    ]);
    assert.deepEqual([...names.values()].sort(), ["acme", "acme/PROJ", "acme/demo"]);
  });
});
