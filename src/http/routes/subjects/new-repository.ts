import type { Repository } from "../../../model/repository.ts";
import type { Project, ProjectSelector, Workspace } from "../../../model/workspace.ts";
import { getProject, noSuchProject } from "../../../operations/projects/get-project.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import type { Admitted, Subject } from "./subject.ts";
import { admitToWorkspace, type FoundWorkspace } from "./workspace.ts";

/** The project that a body names for the repository. Undefined if it names none. */
export type ProjectOf<Body extends BodySchema> = {
  /** @throws Failure invalid-input if it is not the name of a project. */
  projectOf(body: BodyOf<Body>): ProjectSelector | undefined;
};

/**
 * For routes that create a repository in the workspace of the URL. The caller needs the permission to create
 * repositories in the project that the body names, by default the workspace's oldest one. It is found and checked
 * before the handler runs.
 */
export type NewRepositoryRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> &
  ProjectOf<Body> & {
    readonly subject: "new-repository";
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

export const newRepositorySubject: Subject<NewRepositoryRoute, FoundWorkspace> = {
  admit: (ports, _route, asked) => admitToWorkspace(ports, asked, "create-repository"),
  async call(ports, route, found, request, body) {
    const project = await admitToProjectOf(ports, route, found, body);
    return route.handle(ports, { ...request, workspace: found.workspace, project, body });
  },
  describe: () => "create repositories in the project",
};

/** Admits the caller to the project for a new repository. */
export async function admitToProjectOf(
  ports: Ports,
  route: ProjectOf<BodySchema>,
  { admission, workspace }: Admitted<FoundWorkspace>,
  body: unknown,
): Promise<Project> {
  const selector = route.projectOf(body);
  const project = await getProject(ports, workspace, selector);
  if (selector !== undefined && !(await admission.maySeeProject(project))) throw noSuchProject();
  await admission.admitToTargetProject(project);
  return project;
}

/** The same for an existing repository, which does not move if the body names no project, or its own. */
export async function admitToMove(
  ports: Ports,
  route: ProjectOf<BodySchema>,
  found: Admitted<FoundWorkspace> & { readonly repository: Repository },
  body: unknown,
): Promise<Project | undefined> {
  const selector = route.projectOf(body);
  if (selector === undefined) return undefined;
  const { project } = found.repository;
  const named = await getProject(ports, found.workspace, selector);
  return named.uuid === project.uuid ? named : admitToProjectOf(ports, route, found, body);
}
