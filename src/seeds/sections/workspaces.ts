import { parseProjectKey, parseWorkspaceSlug } from "../../model/slug.ts";
import { createWorkspace } from "../../operations/workspaces/workspaces.ts";
import { accountName, CLOSED, type Entry, name, type TypeBuilder } from "../schema-parts.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";

export const workspaceFields = (type: TypeBuilder) => ({
  slug: name(type, "Its name in URLs"),
  name: type.Optional(name(type, "As it is shown. Without one: the slug")),
  owner: accountName(type, "The account that owns it"),
  is_private: type.Optional(type.Boolean({ default: true })),
  project: type.Optional(
    name(type, "The key of the first project, which has all repositories that name none (PROJ)"),
  ),
});

const workspaceSchema = (type: TypeBuilder) => type.Object(workspaceFields(type), CLOSED);
export type WorkspaceEntry = Entry<typeof workspaceSchema>;

const FIRST_PROJECT = "PROJ";

export function firstProjectOf({ project = FIRST_PROJECT }: WorkspaceEntry): string {
  return project.toUpperCase();
}

export function checkWorkspace(checker: SeedChecker, entry: WorkspaceEntry, path: SeedPath): void {
  if (parseWorkspaceSlug(entry.slug) === undefined)
    checker.problem([...path, "slug"], "must be 1 to 62 letters, digits, _ or -, and not reserved");
  else checker.declare("workspace", entry.slug, [...path, "slug"]);
  checker.require("account", entry.owner, [...path, "owner"]);
  if (parseProjectKey(firstProjectOf(entry)) === undefined)
    checker.problem([...path, "project"], "must be letters, digits and _, beginning with a letter");
}

export async function applyWorkspace(
  context: SeedContext,
  entry: WorkspaceEntry,
  path: SeedPath,
): Promise<void> {
  const slug = entry.slug.toLowerCase();
  await context.make({ path, name: `workspace ${slug}`, at: context.time }, async (ports, by) => {
    const { workspace, project } = await createWorkspace(ports, by, {
      slug: entry.slug,
      owner: context.find("account", entry.owner),
      projectKey: firstProjectOf(entry),
      ...(entry.name === undefined ? {} : { name: entry.name }),
      ...(entry.is_private === undefined ? {} : { isPrivate: entry.is_private }),
    });
    context.made.workspace.set(slug, workspace);
    context.made.project.set(`${slug}/${project.key}`.toLowerCase(), project);
  });
}
