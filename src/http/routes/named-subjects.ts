import { invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { parseProjectKey, parseRepositorySlug, parseWorkspaceSlug } from "../../model/slug.ts";
import { type OpenSnippet, parseSnippetId } from "../../model/snippet.ts";
import { parseBracedUuid } from "../../model/uuid.ts";
import type { Project, Workspace } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { findProject } from "../../storage/sql/projects/projects.ts";
import { findFormerRepository } from "../../storage/sql/repositories/former-slugs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { findSnippet } from "../../storage/sql/snippets/snippets.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";

/** Path parameters by their name in the route's path, decoded. */
export type PathParameters = Readonly<Record<string, string>>;

/** A workspace by its slug, or by its UUID in braces. */
export async function findNamedWorkspace(
  { database }: Pick<Ports, "database">,
  params: PathParameters,
): Promise<Workspace | undefined> {
  refuseTraversal(params);
  const selector = workspaceSelector(params.workspace ?? "");
  return selector === undefined ? undefined : findWorkspace(database.kysely, selector);
}

/** A project by its key, or by its UUID in braces. */
export async function findNamedProject(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  params: PathParameters,
): Promise<Project | undefined> {
  const text = params.project_key ?? "";
  const uuid = parseBracedUuid(text);
  if (uuid !== undefined) return findProject(database.kysely, workspace.uuid, { uuid });
  const key = parseProjectKey(text);
  return key === undefined ? undefined : findProject(database.kysely, workspace.uuid, { key });
}

function workspaceSelector(text: string) {
  const uuid = parseBracedUuid(text);
  if (uuid !== undefined) return { uuid };
  const slug = parseWorkspaceSlug(text);
  return slug === undefined ? undefined : { slug };
}

/** A snippet by its id, whose letters compare with their case, in the workspace that owns it. */
export async function findNamedSnippet(
  { database }: Pick<Ports, "database">,
  params: PathParameters,
): Promise<OpenSnippet | undefined> {
  refuseTraversal(params);
  const workspace = workspaceSelector(params.workspace ?? "");
  const id = parseSnippetId(params.encoded_id ?? "");
  return workspace === undefined || id === undefined
    ? undefined
    : findSnippet(database.kysely, workspace, { id });
}

/** A repository by slugs or UUIDs. With a UUID the workspace may be left empty: `{}`. */
export async function findNamedRepository(
  { database }: Pick<Ports, "database">,
  params: PathParameters,
): Promise<Repository | undefined> {
  refuseTraversal(params);
  const workspaceText = params.workspace ?? "";
  const uuid = parseBracedUuid(params.repo_slug ?? "");
  if (uuid !== undefined && workspaceText === "{}")
    return findRepository(database.kysely, undefined, { uuid });
  const workspace = workspaceSelector(workspaceText);
  const slug = parseRepositorySlug(params.repo_slug ?? "");
  if (workspace === undefined) return undefined;
  if (uuid !== undefined) return findRepository(database.kysely, workspace, { uuid });
  if (slug === undefined) return undefined;
  return "slug" in workspace
    ? database.lookups.findRepositoryBySlugs(workspace.slug, slug)
    : findRepository(database.kysely, workspace, { slug });
}

/** A repository by the slug that it had before it was renamed. */
export async function findNamedFormerly(
  { database }: Pick<Ports, "database">,
  params: PathParameters,
): Promise<Repository | undefined> {
  const workspace = workspaceSelector(params.workspace ?? "");
  const slug = parseRepositorySlug(params.repo_slug ?? "");
  return workspace === undefined || slug === undefined
    ? undefined
    : findFormerRepository(database.kysely, workspace, slug);
}

/** A name that could lead out of a folder is refused, unlike a name that merely does not exist. */
function refuseTraversal(params: PathParameters): void {
  for (const name of ["workspace", "repo_slug", "project_key"]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    if (/\.\.|[/\\\x00-\x1f\x7f]/.test(params[name] ?? ""))
      throw invalidField(name, "has .. or / or a control character");
  }
}
