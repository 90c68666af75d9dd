import {
  digestOauthSecret,
  writeConsumerKey,
  writeConsumerSecret,
} from "../../authentication/oauth/oauth-secrets.ts";
import { repositorySubject, workspaceSubject } from "../../model/audit.ts";
import type { PipelineRunner, RunnerOwner } from "../../model/pipeline-runner.ts";
import type { Repository } from "../../model/repository.ts";
import type { Secret } from "../../model/secret.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import {
  countRunners,
  deleteRunnerRow,
  findRunner,
  insertRunner,
  updateRunner as updateRunnerRow,
} from "../../storage/sql/pipelines/runners.ts";
import { pipelineBadRequest, pipelineNotFound } from "./pipeline-failures.ts";

/** Of a repository, or of a workspace. Our choice. */
export const RUNNERS_MAX = 100;

/** Whose runner it is. */
export type RunnerSubject =
  | { readonly kind: "repository"; readonly repository: Repository }
  | { readonly kind: "workspace"; readonly workspace: Workspace };

export function ownerOf(subject: RunnerSubject): RunnerOwner {
  return subject.kind === "repository"
    ? { kind: "repository", uuid: subject.repository.uuid }
    : { kind: "workspace", uuid: subject.workspace.uuid };
}

const auditSubject = (subject: RunnerSubject) =>
  subject.kind === "repository" ? repositorySubject(subject.repository) : workspaceSubject(subject.workspace);

/**
 * Registers a runner that never comes: its protocol is published nowhere.
 *
 * @returns the secret of its OAuth client, this once.
 * @throws Failure invalid-input beyond `RUNNERS_MAX`.
 */
export async function createRunner(
  { clock, newUuid, randomBytes }: Pick<Ports, "clock" | "newUuid" | "randomBytes">,
  by: By,
  subject: RunnerSubject,
  { name, labels }: Pick<PipelineRunner, "name" | "labels">,
): Promise<{ readonly runner: PipelineRunner; readonly secret: Secret }> {
  const now = clock();
  const owner = ownerOf(subject);
  const secret = writeConsumerSecret(randomBytes);
  const runner: PipelineRunner = {
    uuid: newUuid(),
    owner,
    name,
    labels,
    isDisabled: false,
    clientId: writeConsumerKey(randomBytes),
    createdAt: now,
    updatedAt: now,
  };
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: owner.kind, uuid: owner.uuid, strength: "update" }]);
    if ((await countRunners(tx, owner)) >= RUNNERS_MAX)
      throw pipelineBadRequest(`There are ${RUNNERS_MAX} runners already`);
    await insertRunner(tx, runner, digestOauthSecret(secret));
    record.audit("runner.created", auditSubject(subject), { runner: runner.uuid });
  });
  return { runner, secret };
}

/** @throws Failure not-found. */
export async function getRunner(
  { database }: Pick<Ports, "database">,
  subject: RunnerSubject,
  text: string,
): Promise<PipelineRunner> {
  const uuid = parseUuid(text);
  const found = uuid && (await findRunner(database.kysely, ownerOf(subject), uuid));
  if (found === undefined) throw runnerNotFound(text);
  return found;
}

/** Changes what is given. */
export async function updateRunner(
  { clock }: Pick<Ports, "clock">,
  by: By,
  runner: PipelineRunner,
  changes: Partial<Pick<PipelineRunner, "name" | "labels" | "isDisabled">>,
): Promise<PipelineRunner> {
  const changed = { ...runner, ...changes, updatedAt: clock() };
  await by.transaction((tx) => updateRunnerRow(tx, changed));
  return changed;
}

/** @throws Failure not-found. */
export async function deleteRunner(by: By, subject: RunnerSubject, text: string): Promise<void> {
  const uuid = parseUuid(text);
  await by.transaction(async (tx, record) => {
    if (uuid === undefined || !(await deleteRunnerRow(tx, ownerOf(subject), uuid)))
      throw runnerNotFound(text);
    record.audit("runner.deleted", auditSubject(subject), { runner: uuid });
  });
}

function runnerNotFound(text: string) {
  return pipelineNotFound(`Runner '${text}' not found`);
}
