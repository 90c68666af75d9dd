import { bracedUuid } from "../model/uuid.ts";
import type { Workspace, WorkspaceRole } from "../model/workspace.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";

/** A `workspace` inside another object. */
export function representEmbeddedWorkspace(workspace: Workspace, baseUrls: BaseUrls) {
  return {
    type: "workspace",
    uuid: bracedUuid(workspace.uuid),
    name: workspace.name,
    slug: workspace.slug,
    links: {
      avatar: { href: `${baseUrls.html}/workspaces/${workspace.slug}/avatar/` },
      html: { href: `${baseUrls.html}/${workspace.slug}/` },
      self: { href: `${baseUrls.api}/workspaces/${workspace.slug}` },
    },
  };
}

/** A `workspace`: contract, rest.md §2.3. */
export function representWorkspace(workspace: Workspace, baseUrls: BaseUrls) {
  const embedded = representEmbeddedWorkspace(workspace, baseUrls);
  const self = embedded.links.self.href;
  return {
    ...embedded,
    is_private: workspace.isPrivate,
    is_personal: false,
    is_privacy_enforced: false,
    forking_mode: "allow_forks",
    created_on: representInstant(workspace.createdAt),
    updated_on: representInstant(workspace.updatedAt),
    links: {
      ...embedded.links,
      hooks: { href: `${self}/hooks` },
      members: { href: `${self}/members` },
      owners: { href: `${self}/members?q=permission%3D%22owner%22` },
      projects: { href: `${self}/projects` },
      repositories: { href: `${baseUrls.api}/repositories/${workspace.slug}` },
      snippets: { href: `${baseUrls.api}/snippets/${workspace.slug}` },
    },
  };
}

/** A `workspace_access`, the entries of `GET /user/workspaces`. */
export function representWorkspaceAccess(workspace: Workspace, role: WorkspaceRole, baseUrls: BaseUrls) {
  const { avatar, self } = representEmbeddedWorkspace(workspace, baseUrls).links;
  return {
    type: "workspace_access",
    administrator: role === "owner",
    workspace: {
      type: "workspace_base",
      uuid: bracedUuid(workspace.uuid),
      slug: workspace.slug,
      links: { avatar, self },
    },
  };
}

/** A workspace as the `owner` of a repository: recorded as a `team` whose `self` leads to the workspace. */
export function representOwner(workspace: Workspace, baseUrls: BaseUrls) {
  const uuid = encodeURIComponent(bracedUuid(workspace.uuid));
  return {
    type: "team",
    display_name: workspace.name,
    uuid: bracedUuid(workspace.uuid),
    username: workspace.slug,
    links: {
      self: { href: `${baseUrls.api}/workspaces/${uuid}` },
      avatar: { href: `${baseUrls.html}/account/${workspace.slug}/avatar/` },
      html: { href: `${baseUrls.html}/${uuid}/` },
    },
  };
}
