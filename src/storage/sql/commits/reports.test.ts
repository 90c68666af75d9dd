import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Annotation, Report } from "../../../model/report.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import {
  countAnnotations,
  deleteAnnotationRow,
  findAnnotation,
  listAnnotations,
  upsertAnnotations,
} from "./annotations.ts";
import { deleteReportRow, findReport, listReports, lockReport, upsertReport } from "./reports.ts";

const COMMIT = "a".repeat(40) as ObjectId;
const OTHER_COMMIT = "b".repeat(40) as ObjectId;
const LATER = new Date(SAMPLE_INSTANT.getTime() + 1000);
const PAGE = { page: 1, pagelen: 100 };

describeDatabases("reports and annotations", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const repository = sampleRepository(workspace, project, "demo");
  const other = sampleRepository(workspace, project, "other");
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  const repositoryUuid = repository.uuid;
  const db = () => current().database.kysely;

  before(async () => {
    for (const account of [ada, bob]) await insertAccount(db(), account);
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    for (const each of [repository, other]) await insertRepository(db(), each);
  });

  function reportOf(externalId: string, changes: Partial<Report> = {}): Report {
    return {
      uuid: newUuid(),
      repositoryUuid,
      commit: COMMIT,
      externalId,
      title: "t",
      details: "d",
      type: "TEST",
      result: "PASSED",
      reporter: undefined,
      link: undefined,
      logoUrl: undefined,
      isRemoteLinkEnabled: false,
      data: [{ type: "LINK", title: "l", value: { text: "x", href: "https://a.example/" } }],
      createdAt: SAMPLE_INSTANT,
      updatedAt: SAMPLE_INSTANT,
      ...changes,
    };
  }

  function annotationOf(
    reportUuid: Report["uuid"],
    externalId: string,
    changes: Partial<Annotation> = {},
  ): Annotation {
    return {
      uuid: newUuid(),
      reportUuid,
      externalId,
      type: "BUG",
      summary: "s",
      details: undefined,
      path: "a.ts",
      line: 1,
      result: undefined,
      severity: "LOW",
      link: undefined,
      createdAt: SAMPLE_INSTANT,
      updatedAt: SAMPLE_INSTANT,
      ...changes,
    };
  }

  test("keeps one report an external id, with its UUID and first instant", async () => {
    const first = reportOf("r");
    assert.deepEqual(await upsertReport(db(), first), first);
    const second = reportOf("r", { title: "new", result: undefined, createdAt: LATER, updatedAt: LATER });
    const stored = { ...second, uuid: first.uuid, createdAt: SAMPLE_INSTANT };
    assert.deepEqual(await upsertReport(db(), second), stored);
    const name = { repositoryUuid, commit: COMMIT };
    for (const id of ["r", first.uuid, `{${first.uuid}}`]) {
      assert.deepEqual(await findReport(db(), { ...name, id }), stored);
      assert.equal(await findReport(db(), { ...name, repositoryUuid: other.uuid, id }), undefined);
      assert.equal(await findReport(db(), { ...name, commit: OTHER_COMMIT, id }), undefined);
    }
    await upsertReport(db(), reportOf(first.uuid, { title: "an impostor" }));
    assert.equal((await findReport(db(), { ...name, id: first.uuid }))?.title, "new");
  });

  test("lists reports of one commit", async () => {
    const commit = OTHER_COMMIT;
    await upsertReport(db(), reportOf("b", { commit }));
    await upsertReport(db(), reportOf("a", { commit, createdAt: LATER }));
    const list = async (more: object = {}) => {
      const { values, size } = await listReports(db(), { repositoryUuid, commit, ...PAGE, ...more });
      return [size, ...values.map(({ externalId }) => externalId)];
    };
    assert.deepEqual(await list(), [2, "b", "a"]);
    assert.deepEqual(await list({ sort: { field: "external_id", direction: "asc" } }), [2, "a", "b"]);
    assert.deepEqual(await list({ page: 2, pagelen: 1 }), [2, "a"]);
  });

  test("stores annotations in the order given, over those of the same ids", async () => {
    const report = await upsertReport(db(), reportOf("annotated"));
    const [a, b] = [annotationOf(report.uuid, "a"), annotationOf(report.uuid, "b")];
    assert.deepEqual(await upsertAnnotations(db(), [b, a]), [b, a]);
    assert.deepEqual(await upsertAnnotations(db(), []), []);
    const changed = annotationOf(report.uuid, "a", { summary: "new", line: undefined, createdAt: LATER });
    const stored = { ...changed, uuid: a.uuid, createdAt: a.createdAt };
    assert.deepEqual(await upsertAnnotations(db(), [changed]), [stored]);
    assert.deepEqual(await findAnnotation(db(), report.uuid, a.uuid), stored);
    assert.equal(await findAnnotation(db(), newUuid(), "a"), undefined);
    const list = await listAnnotations(db(), { reportUuid: report.uuid, ...PAGE });
    assert.deepEqual(list, { values: [stored, b], size: 2 });
    assert.equal(await deleteAnnotationRow(db(), a.uuid), true);
    assert.equal(await deleteAnnotationRow(db(), a.uuid), false);
    assert.equal(await countAnnotations(db(), report.uuid), 1);
  });

  test("annotations go with their report", async () => {
    const report = await upsertReport(db(), reportOf("deleted"));
    await upsertAnnotations(db(), [annotationOf(report.uuid, "a")]);
    const lock = () => current().database.transaction((tx) => lockReport(tx, report.uuid));
    assert.equal(await lock(), true);
    assert.equal(await deleteReportRow(db(), report.uuid), true);
    assert.equal(await deleteReportRow(db(), report.uuid), false);
    assert.equal(await lock(), false);
    assert.equal(await countAnnotations(db(), report.uuid), 0);
  });
});
