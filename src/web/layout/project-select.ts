import { Failure } from "../../model/failure.ts";
import { parseUuid } from "../../model/uuid.ts";
import { viewerOf } from "../../model/who-acts.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { findProject, listProjects } from "../../storage/sql/projects/projects.ts";
import { createTexts } from "../catalogue/create.ts";
import { type Html, html } from "../html.ts";
import type { PageRequest } from "../page.ts";
import type { Entry } from "../translate.ts";
import { type Problem, select } from "./form.ts";

/** More are not offered: the page of a project has a button that chooses it. */
const PROJECTS_MAX = 500;

type InWorkspace = PageRequest & { readonly workspace: Workspace };

/** The projects of a workspace that its reader sees, to choose one for a repository. */
export async function projectSelect(
  { database }: Pick<Ports, "database">,
  { t, workspace, caller }: InWorkspace,
  chosenUuid: string,
  problems: readonly Problem[],
): Promise<Html> {
  const options = { workspaceUuid: workspace.uuid, viewer: viewerOf(caller), page: 1, pagelen: PROJECTS_MAX };
  const { values } = await listProjects(database.kysely, options);
  return select(t, {
    name: "project",
    label: t(createTexts.project),
    problems,
    value: chosenUuid,
    options: values.map(({ project }) => ({
      value: project.uuid,
      label: html`${project.name} (${project.key})`,
    })),
  });
}

/** The project that was chosen, to which the caller is admitted, or why it is none. */
export async function readTargetProject(
  { database }: Pick<Ports, "database">,
  { workspace, admission }: InWorkspace,
  text: string,
): Promise<Project | { readonly problem: Entry }> {
  const uuid = parseUuid(text);
  const project = uuid && (await findProject(database.kysely, workspace.uuid, { uuid }));
  if (project === undefined) return { problem: createTexts.noProject };
  try {
    await admission.admitToTargetProject(project);
    return project;
  } catch (error) {
    if (error instanceof Failure && error.kind === "hidden") return { problem: createTexts.noProject };
    if (error instanceof Failure && error.kind === "permission-missing")
      return { problem: createTexts.mayNotInProject };
    throw error;
  }
}
