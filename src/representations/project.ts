import { bracedUuid } from "../model/uuid.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Bases } from "./links.ts";

/** A `project` inside a repository. */
export function representEmbeddedProject(project: Project, workspace: Workspace, bases: Bases) {
  const html = `${bases.html}/${workspace.slug}/workspace/projects/${project.key}`;
  return {
    type: "project",
    key: project.key,
    uuid: bracedUuid(project.uuid),
    name: project.name,
    links: {
      self: { href: `${bases.api}/workspaces/${workspace.slug}/projects/${project.key}` },
      html: { href: html },
      avatar: { href: `${html}/avatar/32` },
    },
  };
}
