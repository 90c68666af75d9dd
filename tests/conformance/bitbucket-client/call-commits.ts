import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientUnderTest } from "./client-under-test.ts";

/** Commits with their comments, approvals, statuses and reports. */
export function callCommits({ app, where, call }: ClientUnderTest, ids: readonly string[]): void {
  const { kysely } = app.ports.database;
  const [oldest = "", , newest = ""] = ids;
  const hashes = (data: { values: { hash: string }[] }) => data.values.map(({ hash }) => hash);

  test("the client lists commits in all four ways, and reads one", async () => {
    const newestFirst = ids.toReversed();
    assert.deepEqual(hashes((await call("commits.list", where)).data), newestFirst);
    assert.deepEqual(
      hashes((await call("commits.listAlt", { ...where, include: "main" })).data),
      newestFirst,
    );
    const at = { ...where, revision: "main", exclude: oldest };
    assert.deepEqual(hashes((await call("commits.listAt", at)).data), newestFirst.slice(0, -1));
    // This one the client writes as JSON.
    assert.deepEqual(
      hashes((await call("commits.listAtAlt", { ...where, revision: "main" })).data),
      newestFirst,
    );
    const { data } = await call("commits.get", { ...where, commit: newest });
    assert.equal(data.message, "Three\n");
  });

  test("the client reads diff, diffstat, patch and merge base", async () => {
    const spec = `${newest}..${oldest}`;
    const diff = await call("commits.getDiff", { ...where, spec });
    assert.match(diff.headers["content-type"] ?? "", /^text\/plain/);
    assert.match(diff.data, /^diff --git a\/src\/b.txt/m);
    assert.match(
      (await call("commits.getPatch", { ...where, spec: newest })).data,
      /^Subject: \[PATCH\] Three/m,
    );
    const stat = await call("repositories.listDiffStats", { ...where, spec });
    assert.ok(stat.data.values.some((value: { new: { path: string } }) => value.new?.path === "src/b.txt"));
    const base = await call("repositories.getMergeBase", { ...where, revspec: spec });
    assert.equal(base.data.hash, oldest);
  });

  test("the client comments on a commit, reads, lists, changes and deletes the comment", async () => {
    const rows = () => kysely.selectFrom("commit_comment").select(["raw", "is_deleted"]).execute();
    const at = { ...where, commit: newest };
    const made = await call("commits.createComment", { ...at, _body: { content: { raw: "First" } } });
    assert.equal(made.status, 201);
    const one = { ...at, comment_id: made.data.id };
    assert.equal((await call("commits.getComment", one)).data.content.raw, "First");
    assert.equal((await call("commits.listComments", at)).data.size, 1);
    await call("commits.updateComment", { ...one, _body: { content: { raw: "Second" } } });
    assert.deepEqual(await rows(), [{ raw: "Second", is_deleted: 0 }]);
    assert.equal((await call("commits.deleteComment", one)).status, 204);
    assert.deepEqual(
      (await rows()).filter((row) => row.is_deleted === 0),
      [],
    );
  });

  test("the client approves a commit and takes it back", async () => {
    const rows = () => kysely.selectFrom("commit_approval").select(["commit_id", "account_uuid"]).execute();
    const at = { ...where, commit: newest };
    assert.equal((await call("commits.createApproval", at)).data.approved, true);
    assert.deepEqual(await rows(), [{ commit_id: newest, account_uuid: app.owner.uuid }]);
    assert.equal((await call("commits.deleteApproval", at)).status, 204);
    assert.deepEqual(await rows(), []);
  });

  test("the client reports, reads, lists and changes a build status", async () => {
    const rows = () => kysely.selectFrom("commit_status").select(["commit_id", "key", "state"]).execute();
    const at = { ...where, commit: newest };
    const _body = { key: "build/1 x", state: "INPROGRESS", url: "https://ci.example.com/1" };
    assert.equal((await call("commitstatuses.createBuildStatus", { ...at, _body })).status, 201);
    const one = { ...at, key: "build/1 x" };
    assert.equal((await call("commitstatuses.getBuildStatus", one)).data.state, "INPROGRESS");
    const changed = { ...one, _body: { ..._body, state: "SUCCESSFUL" } };
    assert.equal((await call("commitstatuses.updateBuildStatus", changed)).status, 200);
    assert.deepEqual(await rows(), [{ commit_id: newest, key: "build/1 x", state: "SUCCESSFUL" }]);
    assert.equal((await call("commitstatuses.list", at)).data.size, 1);
  });

  test("the client writes, reads, lists and deletes reports and annotations", async () => {
    const reports = () => kysely.selectFrom("report").select(["external_id", "result"]).execute();
    const annotations = () =>
      kysely.selectFrom("report_annotation").select("external_id").orderBy("external_id").execute();
    const report = { ...where, commit: newest, reportId: "scan-1" };
    const body = { title: "Scan", details: "All of it", report_type: "SECURITY", result: "FAILED" };
    assert.equal((await call("reports.createOrUpdateReport", { ...report, _body: body })).status, 200);
    assert.deepEqual(await reports(), [{ external_id: "scan-1", result: "FAILED" }]);
    assert.equal((await call("reports.getReport", report)).data.title, "Scan");
    assert.equal((await call("reports.getReportsForCommit", { ...where, commit: newest })).data.size, 1);
    const annotation = { annotation_type: "BUG", summary: "S" };
    const bulk = [
      { ...annotation, external_id: "a" },
      { ...annotation, external_id: "b" },
    ];
    await call("reports.bulkCreateOrUpdateAnnotations", { ...report, _body: bulk });
    const third = { ...report, annotationId: "c" };
    await call("reports.createOrUpdateAnnotation", { ...third, _body: annotation });
    assert.deepEqual(await annotations(), [{ external_id: "a" }, { external_id: "b" }, { external_id: "c" }]);
    assert.equal((await call("reports.getAnnotation", third)).data.summary, "S");
    assert.equal((await call("reports.getAnnotationsForReport", report)).data.size, 3);
    assert.equal((await call("reports.deleteAnnotation", third)).status, 204);
    assert.equal((await annotations()).length, 2);
    assert.equal((await call("reports.deleteReport", report)).status, 204);
    assert.deepEqual([await reports(), await annotations()], [[], []]);
  });
}
