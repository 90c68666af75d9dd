import type { WorkspacePermission } from "../../../authorization/authorize.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody, WithMoreRequirements } from "../declaration.ts";
import { findNamedWorkspace } from "../named-subjects.ts";
import { type Asked, type Found, requireMoreScopes, type Subject } from "./subject.ts";

export type WorkspaceRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly workspace: Workspace;
  readonly body: BodyOf<Body>;
};

export type WorkspaceRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> &
  WithMoreRequirements<WorkspaceRequest<Body>> & {
    readonly subject: "workspace";
    readonly permission: WorkspacePermission;
    handle(ports: Ports, request: WorkspaceRequest<Body>): Promise<Answer>;
  };

export const WORKSPACE_WORDS = {
  see: "see",
  belong: "belong to",
  own: "own",
  "create-repository": "create repositories in",
} as const;

export type FoundWorkspace = Found & { readonly workspace: Workspace };

export const workspaceSubject: Subject<WorkspaceRoute, FoundWorkspace> = {
  admit: (ports, { permission }, asked) => admitToWorkspace(ports, asked, permission),
  async call(ports, route, found, request, body) {
    const whole = { ...request, workspace: found.workspace, body };
    await requireMoreScopes(ports, route, found, whole);
    return route.handle(ports, whole);
  },
  describe: ({ permission }) => `${WORKSPACE_WORDS[permission]} the workspace`,
};

/** To the workspace that the path names. */
export async function admitToWorkspace(
  ports: Ports,
  { admission, params }: Asked,
  permission: WorkspacePermission,
): Promise<FoundWorkspace> {
  const found = await findNamedWorkspace(ports, params);
  return { workspace: await admission.admitToWorkspace(found, params.workspace ?? "", permission) };
}
