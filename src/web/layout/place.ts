import type { Permission } from "../../model/permission.ts";
import { permits } from "../../model/permission.ts";
import type { Repository } from "../../model/repository.ts";
import type { Workspace, WorkspaceMember } from "../../model/workspace.ts";
import { placeTexts } from "../catalogue/place.ts";
import { current, type Html, html } from "../html.ts";
import { repositoryPath, workspacePath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import type { Entry } from "../translate.ts";
import { visibilityTag } from "./repository-list.ts";

export type RepositoryTab =
  | "files"
  | "commits"
  | "branches"
  | "pull-requests"
  | "downloads"
  | "forks"
  | "settings";

type InRepository = Pick<PageRequest, "t"> & { readonly repository: Repository; readonly held: Permission };

/**
 * The path of a repository, and its tabs.
 *
 * @param isTitle whether the path is the page's `h1`: on pages that are the repository itself.
 */
export function repositoryPlace(
  request: InRepository,
  tab: RepositoryTab,
  {
    isTitle = false,
    openPullRequests,
  }: { readonly isTitle?: boolean; readonly openPullRequests?: number } = {},
): Html {
  const { t, repository, held } = request;
  const { workspace } = repository;
  const path = html`<a href="${workspacePath(workspace, "repositories")}">${workspace.slug}</a> <span class="dim">/</span> <a href="${repositoryPath(repository)}"><b>${repository.slug}</b></a> ${visibilityTag(request, repository)}`;
  const tabs: readonly (readonly [RepositoryTab, Entry, string])[] = [
    ["files", placeTexts.files, repositoryPath(repository)],
    ["commits", placeTexts.commits, repositoryPath(repository, "commits")],
    ["branches", placeTexts.branches, repositoryPath(repository, "branches")],
    ["pull-requests", placeTexts.pullRequests, repositoryPath(repository, "pull-requests")],
    ["downloads", placeTexts.downloads, repositoryPath(repository, "downloads")],
    ["forks", placeTexts.forks, repositoryPath(repository, "forks")],
    ...(permits(held, "admin")
      ? [["settings", placeTexts.settings, repositoryPath(repository, "admin")] as const]
      : []),
  ];
  return html`${isTitle ? html`<h1 class="path">${path}</h1>` : html`<div class="path">${path}</div>`}<nav class="tabs" aria-label="${t(placeTexts.repository)}">${tabs.map(
    ([name, label, href]) =>
      html`<a href="${href}"${current(name === tab)}>${t(label)}${name === "pull-requests" && openPullRequests !== undefined && html` <span class="dim num">${openPullRequests}</span>`}</a>`,
  )}</nav>`;
}

export type WorkspaceTab = "repositories" | "projects" | "pull-requests" | "members" | "settings";

type InWorkspace = Pick<PageRequest, "t"> & {
  readonly workspace: Workspace;
  readonly member: WorkspaceMember | undefined;
};

/** The path of a workspace, and its tabs: those that its reader may open. */
export function workspacePlace(request: InWorkspace, tab: WorkspaceTab): Html {
  const { t, workspace, member } = request;
  const all: readonly (readonly [WorkspaceTab, Entry, boolean])[] = [
    ["repositories", placeTexts.repositories, true],
    ["projects", placeTexts.projects, true],
    ["pull-requests", placeTexts.pullRequests, true],
    ["members", placeTexts.members, member !== undefined],
    ["settings", placeTexts.settings, member?.role === "owner"],
  ];
  return html`<div class="path"><a href="${workspacePath(workspace, "repositories")}"><b>${workspace.slug}</b></a> ${visibilityTag(request, workspace)}</div><nav class="tabs" aria-label="${t(placeTexts.workspace)}">${all
    .filter(([, , isOpen]) => isOpen)
    .map(
      ([name, label]) =>
        html`<a href="${workspacePath(workspace, name === "settings" ? "settings/general" : name)}"${current(name === tab)}>${t(label)}</a>`,
    )}</nav>`;
}
