import type { TokenResource } from "../../model/access-token.ts";
import type { Html } from "../html.ts";
import { repositoryPlace, workspacePlace } from "../layout/place.ts";
import { projectSettings } from "../layout/project-settings.ts";
import { repositorySettings } from "../layout/repository-settings.ts";
import { projectPath, repositoryPath, workspacePath } from "../links.ts";
import type { ProjectPageRequest, RepositoryPageRequest, WorkspacePageRequest } from "../page.ts";
import { withWorkspaceSide } from "../workspace/settings/with-workspace-side.ts";

/** Whose access tokens pages are about. */
export type TokensOf = {
  readonly resource: TokenResource;
  /** Its name, as it is shown. */
  readonly name: string;
  /** Of the list. The other pages lie below. */
  readonly path: string;
  readonly place: Html;
  /** With the list of settings at the side. */
  around(main: Html): Html;
};

export function tokensOfRepository(request: RepositoryPageRequest): TokensOf {
  const { repository } = request;
  return {
    resource: { kind: "repository", repository },
    name: `${repository.workspace.slug}/${repository.slug}`,
    path: repositoryPath(repository, "admin", "access-tokens"),
    place: repositoryPlace(request, "settings"),
    around: (main) => repositorySettings(request, main),
  };
}

export function tokensOfProject(request: ProjectPageRequest): TokensOf {
  const { project, workspace } = request;
  return {
    resource: { kind: "project", project, workspace },
    name: project.name,
    path: `${projectPath(workspace, project)}/access-tokens`,
    place: workspacePlace(request, "projects"),
    around: (main) => projectSettings(request, main),
  };
}

export function tokensOfWorkspace(request: WorkspacePageRequest): TokensOf {
  const { workspace } = request;
  return {
    resource: { kind: "workspace", workspace },
    name: workspace.slug,
    path: workspacePath(workspace, "settings", "access-tokens"),
    place: workspacePlace(request, "settings"),
    around: (main) => withWorkspaceSide(request, main),
  };
}

/** A question about one token. */
export function questionPath({ path }: TokensOf, uuid: string, question: "rotate" | "revoke"): string {
  return `${path}/${uuid}/${question}`;
}
