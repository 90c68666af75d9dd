import type { RestRequest } from "../../../http/routes/declaration.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";

type Of = Pick<RestRequest, "baseUrls"> & { readonly workspace: Workspace; readonly project: Project };

export function projectModelUrl({ baseUrls, workspace, project }: Of): string {
  return `${baseUrls.api}/workspaces/${workspace.slug}/projects/${project.key}/branching-model`;
}
