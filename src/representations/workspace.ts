import { bracedUuid } from "../model/uuid.ts";
import type { Workspace, WorkspaceRole } from "../model/workspace.ts";
import { representInstant } from "./instant.ts";
import type { Bases } from "./links.ts";

/** A `workspace` inside another object. */
export function representEmbeddedWorkspace(workspace: Workspace, bases: Bases) {
  return {
    type: "workspace",
    uuid: bracedUuid(workspace.uuid),
    name: workspace.name,
    slug: workspace.slug,
    links: {
      avatar: { href: `${bases.html}/workspaces/${workspace.slug}/avatar/` },
      html: { href: `${bases.html}/${workspace.slug}/` },
      self: { href: `${bases.api}/workspaces/${workspace.slug}` },
    },
  };
}

/** A `workspace`: contract, rest.md §2.3. */
export function representWorkspace(workspace: Workspace, bases: Bases) {
  const embedded = representEmbeddedWorkspace(workspace, bases);
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
      repositories: { href: `${bases.api}/repositories/${workspace.slug}` },
      snippets: { href: `${bases.api}/snippets/${workspace.slug}` },
    },
  };
}

/** A `workspace_access`, the entries of `GET /user/workspaces`. */
export function representWorkspaceAccess(workspace: Workspace, role: WorkspaceRole, bases: Bases) {
  const { avatar, self } = representEmbeddedWorkspace(workspace, bases).links;
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
export function representOwner(workspace: Workspace, bases: Bases) {
  const uuid = encodeURIComponent(bracedUuid(workspace.uuid));
  return {
    type: "team",
    display_name: workspace.name,
    uuid: bracedUuid(workspace.uuid),
    username: workspace.slug,
    links: {
      self: { href: `${bases.api}/workspaces/${uuid}` },
      avatar: { href: `${bases.html}/account/${workspace.slug}/avatar/` },
      html: { href: `${bases.html}/${uuid}/` },
    },
  };
}
