import { bracedUuid } from "../model/uuid.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representOwner } from "./workspace.ts";

export function projectApiUrl(
  baseUrls: BaseUrls,
  workspace: Pick<Workspace, "slug">,
  project: Pick<Project, "key">,
): string {
  return `${baseUrls.api}/workspaces/${workspace.slug}/projects/${project.key}`;
}

/** A `project` inside a repository. */
export function representEmbeddedProject(project: Project, workspace: Workspace, baseUrls: BaseUrls) {
  const html = `${baseUrls.html}/${workspace.slug}/workspace/projects/${project.key}`;
  return {
    type: "project",
    key: project.key,
    uuid: bracedUuid(project.uuid),
    name: project.name,
    links: {
      self: { href: projectApiUrl(baseUrls, workspace, project) },
      html: { href: html },
      avatar: { href: `${html}/avatar/32` },
    },
  };
}

/** A `project`: contract, rest.md §2.5. `hasPublicRepositories`: whether anyone may see a repository of it. */
export function representProject(
  project: Project,
  workspace: Workspace,
  hasPublicRepositories: boolean,
  baseUrls: BaseUrls,
) {
  const embedded = representEmbeddedProject(project, workspace, baseUrls);
  const ofProject = new URLSearchParams({ q: `project.key="${project.key}"` });
  return {
    ...embedded,
    owner: representOwner(workspace, baseUrls),
    description: project.description,
    is_private: project.isPrivate,
    has_publicly_visible_repos: hasPublicRepositories,
    created_on: representInstant(project.createdAt),
    updated_on: representInstant(project.updatedAt),
    links: {
      ...embedded.links,
      repositories: { href: `${baseUrls.api}/repositories/${workspace.slug}?${ofProject}` },
    },
  };
}
