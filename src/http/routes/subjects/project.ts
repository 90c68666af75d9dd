import type { ProjectRequirement } from "../../../authorization/authorize.ts";
import { Failure } from "../../../model/failure.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import { findNamedProject } from "../named-subjects.ts";
import type { Asked, Subject } from "./subject.ts";
import { admitToWorkspace, type FoundWorkspace } from "./workspace.ts";

export type ProjectRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> & {
    readonly subject: "project";
    readonly permission: ProjectRequirement;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

type FoundProject = FoundWorkspace & { readonly project: Project };

export const projectSubject: Subject<ProjectRoute, FoundProject> = {
  async admit(ports, { permission }, asked) {
    const seen = await admitToWorkspaceOfProject(ports, asked);
    const found = await findNamedProject(ports, seen.workspace, asked.params);
    return admitToProject(asked, seen, found, permission);
  },
  call: (ports, route, { workspace, project }, request, body) =>
    route.handle(ports, { ...request, workspace, project, body }),
  describe: ({ permission }) => (permission === "see" ? "see the project" : `${permission} of the project`),
};

/** The text is that of a missing project where the workspace is missing too: Terraform's provider has tests of both. */
async function admitToWorkspaceOfProject(ports: Ports, asked: Asked): Promise<FoundWorkspace> {
  try {
    return await admitToWorkspace(ports, asked, "see");
  } catch (error) {
    if (error instanceof Failure && error.kind === "hidden")
      await asked.admission.admitToProject(undefined, "see");
    throw error;
  }
}

export async function admitToProject(
  { admission }: Asked,
  { workspace }: FoundWorkspace,
  found: Project | undefined,
  permission: ProjectRequirement,
): Promise<FoundProject> {
  return { workspace, project: await admission.admitToProject(found, permission) };
}
