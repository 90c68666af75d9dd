import type { Project, Workspace } from "../../model/workspace.ts";
import { accessTokenTexts } from "../catalogue/access-tokens.ts";
import { projectTexts } from "../catalogue/projects.ts";
import type { Html } from "../html.ts";
import { projectPath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import { withSide } from "./side.ts";

/** A page of a project's settings, with the list of all of them at its side. */
export function projectSettings(
  {
    t,
    path,
    workspace,
    project,
  }: Pick<PageRequest, "t" | "path"> & { readonly workspace: Workspace; readonly project: Project },
  main: Html,
): Html {
  const base = projectPath(workspace, project);
  const links = [
    { href: base, label: projectTexts.repositories },
    { href: `${base}/settings`, label: projectTexts.general },
    { href: `${base}/permissions`, label: projectTexts.permissions },
    { href: `${base}/default-reviewers`, label: projectTexts.reviewers },
    { href: `${base}/access-tokens`, label: accessTokenTexts.title },
  ];
  const groups = [{ title: projectTexts.project, links }];
  return withSide(t, { label: projectTexts.sideLabel, groups, path }, main);
}
