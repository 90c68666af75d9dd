import type { ProjectRequirement, WorkspacePermission } from "../../../authorization/authorize.ts";
import { Failure } from "../../../model/failure.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import { findNamedProject } from "../named-subjects.ts";
import { admitToProject } from "./project.ts";
import type { Subject } from "./subject.ts";
import { admitToWorkspace, type FoundWorkspace, WORKSPACE_WORDS } from "./workspace.ts";

/** For PUT, which updates a project (and then needs `permission`) or creates it (`permissionToCreate`). */
export type ProjectOrNewRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> & {
    readonly subject: "project-or-new";
    readonly permission: Exclude<ProjectRequirement, "see">;
    readonly permissionToCreate: WorkspacePermission;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project | undefined;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

export const projectOrNewSubject: Subject<
  ProjectOrNewRoute,
  FoundWorkspace & { readonly project?: Project }
> = {
  async admit(ports, route, asked) {
    const seen = await admitToWorkspace(ports, asked, "see");
    const found = await findNamedProject(ports, seen.workspace, asked.params);
    if (found !== undefined) {
      try {
        return await admitToProject(asked, seen, found, route.permission);
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== "hidden") throw error;
        // A hidden project is answered like a missing one. Callers who may create projects see all of them.
      }
    }
    return admitToWorkspace(ports, asked, route.permissionToCreate);
  },
  call: (ports, route, { workspace, project }, request, body) =>
    route.handle(ports, { ...request, workspace, project, body }),
  describe: ({ permission, permissionToCreate }) =>
    `${permission} of the project; to create, ${WORKSPACE_WORDS[permissionToCreate]} the workspace`,
};
