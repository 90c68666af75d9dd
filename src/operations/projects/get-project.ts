import { type Failure, invalidField } from "../../model/failure.ts";
import type { Project, ProjectSelector, Workspace } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { findOldestProject, findProject } from "../../storage/sql/projects/projects.ts";

/** The project asked for, or the workspace's oldest. @throws Failure invalid-input if there is no such project. */
export async function getProject(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  selector: ProjectSelector | undefined,
): Promise<Project> {
  const project =
    selector === undefined
      ? await findOldestProject(database.kysely, workspace.uuid)
      : await findProject(database.kysely, workspace.uuid, selector);
  if (project === undefined) throw noSuchProject();
  return project;
}

/** Also for one that the caller may not see. */
export function noSuchProject(): Failure {
  return invalidField("project.key", "no such project in the workspace");
}
