import type { Group } from "../model/group.ts";
import type { Workspace } from "../model/workspace.ts";
import type { BaseUrls } from "./links.ts";
import { representEmbeddedWorkspace, representOwner } from "./workspace.ts";

/** A `group`: contract, rest.md §2.19. It has no `self` link, since the API has no such URL. */
export function representGroup(group: Group, workspace: Workspace, baseUrls: BaseUrls) {
  return {
    type: "group",
    name: group.name,
    slug: group.slug,
    full_slug: `${workspace.slug}:${group.slug}`,
    owner: representOwner(workspace, baseUrls),
    workspace: representEmbeddedWorkspace(workspace, baseUrls),
    links: { html: { href: `${baseUrls.html}/${workspace.slug}/workspace/settings/groups/${group.slug}` } },
  };
}
