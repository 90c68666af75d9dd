import { parseProjectKey } from "../../model/slug.ts";
import { changeProject, createProject } from "../../operations/projects/projects.ts";
import { CLOSED, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { MINUTE_MS } from "../seed-time.ts";

export const projectFields = (type: TypeBuilder) => ({
  workspace: name(type, "Its slug"),
  key: name(type, "Such as WEB. That of the workspace's first project changes it"),
  name: type.Optional(name(type, "As it is shown. Without one: the key")),
  description: type.Optional(text(type, "What it is for")),
  is_private: type.Optional(type.Boolean({ default: true })),
});

const projectSchema = (type: TypeBuilder) => type.Object(projectFields(type), CLOSED);
export type ProjectEntry = Entry<typeof projectSchema>;

export function projectName({ workspace, key }: Pick<ProjectEntry, "workspace" | "key">): string {
  return `${workspace}/${key}`.toLowerCase();
}

export function checkProject(checker: SeedChecker, entry: ProjectEntry, path: SeedPath): void {
  checker.require("workspace", entry.workspace, [...path, "workspace"]);
  if (parseProjectKey(entry.key) === undefined)
    checker.problem([...path, "key"], "must be letters, digits and _, beginning with a letter");
  else checker.declare("project", projectName(entry), [...path, "key"]);
}

export async function applyProject(context: SeedContext, entry: ProjectEntry, path: SeedPath): Promise<void> {
  const full = projectName(entry);
  // After those that workspaces begin with, which are theirs by being the oldest.
  const at = new Date(context.time.getTime() + MINUTE_MS);
  await context.make({ path, name: `project ${full}`, at }, async (ports, by) => {
    const workspace = context.find("workspace", entry.workspace);
    const first = context.made.project.get(full);
    const fields = {
      ...(entry.description === undefined ? {} : { description: entry.description }),
      ...(entry.is_private === undefined ? {} : { isPrivate: entry.is_private }),
    };
    const project =
      first === undefined
        ? await createProject(ports, by, workspace, {
            key: parseProjectKey(entry.key)!,
            name: entry.name ?? entry.key,
            ...fields,
          })
        : await changeProject(ports, by, workspace, first, {
            ...fields,
            ...(entry.name === undefined ? {} : { name: entry.name }),
          });
    context.made.project.set(full, project);
  });
}
