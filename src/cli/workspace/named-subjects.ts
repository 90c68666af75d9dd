import { Failure, invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { parseProjectKey, parseRepositorySlug } from "../../model/slug.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import { getProject } from "../../operations/projects/get-project.ts";
import { getWorkspace } from "../../operations/workspaces/workspaces.ts";
import type { Ports } from "../../ports.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { refusedOption, UsageError } from "../terminal/problem.ts";

/** The workspace that `--workspace` names. @throws Failure conflict for that option. */
export async function getNamedWorkspace(ports: Pick<Ports, "database">, slug: string): Promise<Workspace> {
  try {
    return await getWorkspace(ports, slug);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "not-found") throw error;
    throw refusedOption("workspace", `there is no workspace ${JSON.stringify(slug)} (pail workspace list)`);
  }
}

/** The project that `--project` names, or the workspace's oldest. @throws Failure conflict for that option. */
export async function getNamedProject(
  ports: Pick<Ports, "database">,
  workspace: Workspace,
  keyText: string | undefined,
): Promise<Project> {
  if (keyText === undefined) return getProject(ports, workspace, undefined);
  const key = parseProjectKey(keyText);
  if (key === undefined)
    throw invalidField("project", "must be letters, digits and _, beginning with a letter");
  try {
    return await getProject(ports, workspace, { key });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid-input") throw error;
    throw refusedOption("project", `there is no project ${key} in ${workspace.slug}`);
  }
}

/** The repository that `--repository` names as `workspace/repository`. @throws Failure conflict for that option. */
export async function getNamedRepository(ports: Pick<Ports, "database">, name: string): Promise<Repository> {
  const found = await findRepositoryByName(ports, name);
  if (found === undefined) {
    throw refusedOption(
      "repository",
      `there is no repository ${JSON.stringify(name)} (pail repository list)`,
    );
  }
  return found;
}

/** @throws UsageError if it is no `workspace/repository`. */
export async function findRepositoryByName(
  { database }: Pick<Ports, "database">,
  name: string,
): Promise<Repository | undefined> {
  const [workspaceText, slugText, ...rest] = name.split("/");
  if (workspaceText === undefined || slugText === undefined || rest.length > 0) {
    throw new UsageError("--repository: must be a workspace and a repository, such as acme/demo");
  }
  const slug = parseRepositorySlug(slugText);
  const workspace = await getWorkspace({ database }, workspaceText).catch(() => undefined);
  return slug === undefined || workspace === undefined
    ? undefined
    : findRepository(database.kysely, { uuid: workspace.uuid }, { slug });
}
