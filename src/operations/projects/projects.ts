import type { Kysely } from "kysely";
import { projectSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { ProjectKey } from "../../model/slug.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { representFieldChanges } from "../../representations/field-changes.ts";
import { representProject } from "../../representations/project.ts";
import { isForeignKeyViolation, isUniqueViolation } from "../../storage/sql/database-failure.ts";
import {
  deleteProjectRow,
  findHasPublicRepositories,
  findProject,
  insertProject,
  updateProject,
} from "../../storage/sql/projects/projects.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import type { NewEvent } from "../../storage/sql/write-transaction.ts";
import { endAccessTokensOf } from "../access-tokens/access-tokens.ts";

export type ProjectPorts = Pick<Ports, "database" | "clock" | "newUuid">;

export type NewProject = {
  readonly key: ProjectKey;
  readonly name: string;
  readonly description?: string;
  readonly isPrivate?: boolean;
};

/** @throws Failure invalid-input if the workspace has a project with this key already. */
export async function createProject(
  ports: Pick<Ports, "database" | "clock" | "newUuid">,
  by: By,
  workspace: Workspace,
  input: NewProject,
): Promise<Project> {
  const now = ports.clock();
  const project: Project = {
    uuid: ports.newUuid(),
    workspaceUuid: workspace.uuid,
    key: input.key,
    name: input.name,
    description: input.description ?? "",
    // Private unless requested otherwise, as repositories are.
    isPrivate: input.isPrivate ?? true,
    createdAt: now,
    updatedAt: now,
  };
  try {
    await by.transaction(async (tx, record) => {
      await insertProject(tx, project);
      const { isPrivate } = project;
      record.audit("project.created", projectSubject(project), { is_private: isPrivate });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? keyTaken(project.key) : error;
  }
  return project;
}

/**
 * Changes a project. Webhooks of the workspace are told if anything is different afterwards.
 *
 * @throws Failure invalid-input if the new key is taken in the workspace.
 */
export async function changeProject(
  ports: ProjectPorts,
  by: By,
  workspace: Workspace,
  project: Project,
  changes: Partial<NewProject>,
): Promise<Project> {
  const now = ports.clock();
  const find = (tx: Kysely<Schema>) => findProject(tx, workspace.uuid, { uuid: project.uuid });
  try {
    return await by.transaction(
      async (tx, record) => {
        const before = await find(tx);
        await updateProject(tx, project.uuid, { ...changes, updatedAt: now });
        const after = await find(tx);
        if (before === undefined || after === undefined)
          throw new Failure("conflict", "Cannot change the project: it has just been deleted");
        const event = await findUpdateEvent(tx, by, workspace, before, after);
        if (event !== undefined) record.event({ workspace }, event);
        if (before.isPrivate !== after.isPrivate) {
          const action = after.isPrivate ? "project.made-private" : "project.made-public";
          record.audit(action, projectSubject(after));
        }
        return after;
      },
      changes.isPrivate === true ? TAKES_ACCESS : {},
    );
  } catch (error) {
    throw isUniqueViolation(error) ? keyTaken(changes.key ?? project.key) : error;
  }
}

/** Undefined if nothing has changed that a webhook shows. */
async function findUpdateEvent(
  tx: Kysely<Schema>,
  { baseUrls }: Pick<By, "baseUrls">,
  workspace: Workspace,
  before: Project,
  project: Project,
): Promise<NewEvent | undefined> {
  const hasPublicRepositories = await findHasPublicRepositories(tx, project.uuid);
  const show = (one: Project) => representProject(one, workspace, hasPublicRepositories, baseUrls);
  const changes = representFieldChanges(show(before), show(project));
  if (Object.keys(changes).length === 0) return undefined;
  return { kind: "project:updated", workspace, project, hasPublicRepositories, changes };
}

/** Its access tokens end with it. @throws Failure permission-missing if a repository is in it: the reference's 403 says so of both. */
export async function deleteProject(
  ports: Pick<Ports, "database" | "clock" | "newUuid">,
  by: By,
  project: Project,
): Promise<void> {
  const { database, clock } = ports;
  const refusal = new Failure("permission-missing", "Cannot delete the project: it has repositories in it");
  try {
    const isDeleted = await by.transaction(async (tx, record) => {
      const workspace = await findWorkspace(tx, { uuid: project.workspaceUuid });
      if (workspace !== undefined)
        await endAccessTokensOf(tx, record, { kind: "project", project, workspace }, { at: clock(), by });
      if (!(await deleteProjectRow(tx, project.uuid))) return false;
      record.audit("project.deleted", projectSubject(project));
      return true;
    });
    if (isDeleted) return;
  } catch (error) {
    throw isForeignKeyViolation(error) ? refusal : error;
  }
  // Somebody else may have deleted it meanwhile, which is what was requested.
  if (await findProject(database.kysely, project.workspaceUuid, { uuid: project.uuid })) throw refusal;
}

function keyTaken(key: ProjectKey): Failure {
  const problem = `Project with this Key and Owner already exists: ${key}`;
  return new Failure("invalid-input", problem, { fields: { key: [problem] } });
}
