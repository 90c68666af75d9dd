import { Failure } from "../../model/failure.ts";
import { ANNOTATIONS_MAX, type Annotation, type Report } from "../../model/report.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import {
  countAnnotations,
  deleteAnnotationRow,
  findAnnotation,
  upsertAnnotations,
} from "../../storage/sql/commits/annotations.ts";
import { deleteReportRow, findReport, lockReport, upsertReport } from "../../storage/sql/commits/reports.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

/** Identifies a report, in the words of the caller: `id` is a UUID or the tool's own id. */
export type ReportName = { readonly commit: string; readonly id: string };

export type NewReport = Omit<
  Report,
  "uuid" | "repositoryUuid" | "commit" | "externalId" | "createdAt" | "updatedAt"
>;
export type NewAnnotation = Omit<Annotation, "uuid" | "reportUuid" | "createdAt" | "updatedAt">;

/** @throws Failure not-found if there is no such commit, or no such report on it. */
export async function getReport(
  ports: CommitPorts,
  repository: Repository,
  { commit: revision, id }: ReportName,
): Promise<Report> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const selector = { repositoryUuid: repository.uuid, commit, id };
  return (await findReport(ports.database.kysely, selector)) ?? throwNoReport(id);
}

/**
 * Stores all fields of a report, replacing the one with the same id. Its annotations stay.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function putReport(
  ports: CommitPorts & Pick<Ports, "database" | "newUuid">,
  by: By,
  repository: Repository,
  { commit: revision, id, report }: ReportName & { readonly report: NewReport },
): Promise<Report> {
  const { id: commit } = await getCommit(ports, repository, revision);
  return by.transaction(async (tx) => {
    const known = await findReport(tx, { repositoryUuid: repository.uuid, commit, id });
    const now = ports.clock();
    return upsertReport(tx, {
      ...report,
      uuid: ports.newUuid(),
      repositoryUuid: repository.uuid,
      commit,
      externalId: known?.externalId ?? id,
      createdAt: now,
      updatedAt: now,
    });
  });
}

/** Deletes a report with its annotations, if it exists. @throws Failure as `putReport`. */
export async function deleteReport(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  { commit: revision, id }: ReportName,
): Promise<void> {
  const { id: commit } = await getCommit(ports, repository, revision);
  await by.transaction(async (tx) => {
    const report = await findReport(tx, { repositoryUuid: repository.uuid, commit, id });
    if (report !== undefined) await deleteReportRow(tx, report.uuid);
  });
}

/**
 * Stores annotations, replacing those with the same ids: all of them or none.
 *
 * @throws Failure not-found; invalid-input if the report would have more than `ANNOTATIONS_MAX`.
 */
export async function putAnnotations(
  ports: CommitPorts & Pick<Ports, "database" | "newUuid">,
  by: By,
  repository: Repository,
  { annotations, ...name }: ReportName & { readonly annotations: readonly NewAnnotation[] },
): Promise<readonly Annotation[]> {
  const report = await getReport(ports, repository, name);
  return by.transaction(async (tx) => {
    // Without the lock, two uploads at once could together exceed the limit.
    if (!(await lockReport(tx, report.uuid))) throwNoReport(name.id);
    const now = ports.clock();
    const rows = annotations.map((annotation) => ({
      ...annotation,
      uuid: ports.newUuid(),
      reportUuid: report.uuid,
      createdAt: now,
      updatedAt: now,
    }));
    const stored = await upsertAnnotations(tx, rows);
    const count = await countAnnotations(tx, report.uuid);
    if (count <= ANNOTATIONS_MAX) return stored;
    throw new Failure(
      "invalid-input",
      `Cannot store the annotations: the report would have ${count} of them, more than ${ANNOTATIONS_MAX}`,
    );
  });
}

/** Stores one annotation under the id in its URL: the UUID of an existing one, or the tool's own id. Else as above. */
export async function putAnnotation(
  ports: CommitPorts & Pick<Ports, "database" | "newUuid">,
  by: By,
  repository: Repository,
  { annotation, ...name }: ReportName & { readonly annotation: NewAnnotation },
): Promise<Annotation> {
  const report = await getReport(ports, repository, name);
  const known = await findAnnotation(ports.database.kysely, report.uuid, annotation.externalId);
  const externalId = known?.externalId ?? annotation.externalId;
  const annotations = [{ ...annotation, externalId }];
  const [stored] = await putAnnotations(ports, by, repository, { ...name, annotations });
  return stored!;
}

/** @throws Failure not-found if there is no such commit, report or annotation. */
export async function getAnnotation(
  ports: CommitPorts,
  repository: Repository,
  { annotationId, ...name }: ReportName & { readonly annotationId: string },
): Promise<Annotation> {
  const report = await getReport(ports, repository, name);
  const found = await findAnnotation(ports.database.kysely, report.uuid, annotationId);
  if (found !== undefined) return found;
  throw new Failure(
    "not-found",
    `Cannot find the annotation "${annotationId}": the report has none of that id`,
  );
}

/** Deletes an annotation, if it exists. @throws Failure not-found for the commit or the report. */
export async function deleteAnnotation(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  { annotationId, ...name }: ReportName & { readonly annotationId: string },
): Promise<void> {
  const report = await getReport(ports, repository, name);
  await by.transaction(async (tx) => {
    const found = await findAnnotation(tx, report.uuid, annotationId);
    if (found !== undefined) await deleteAnnotationRow(tx, found.uuid);
  });
}

function throwNoReport(id: string): never {
  throw new Failure("not-found", `Cannot find the report "${id}": the commit has none of that id`);
}
