import { parseProjectKey, parseWorkspaceSlug } from "../model/slug.ts";
import type { Ports } from "../ports.ts";
import { findAccountByEmail } from "../storage/sql/accounts/accounts.ts";
import { findProject } from "../storage/sql/projects/projects.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { findWorkspace } from "../storage/sql/workspaces/workspaces.ts";
import { namesOfAccount } from "./sections/accounts.ts";
import { projectName } from "./sections/projects.ts";
import { repositoryName, slugOf } from "./sections/repositories.ts";
import { firstProjectOf } from "./sections/workspaces.ts";
import type { Seed } from "./seed.ts";
import type { Made } from "./seed-context.ts";

/** What an earlier start has made of a seed, as far as it is still there. */
export async function findMade(
  { database: { kysely } }: Ports,
  { content }: Seed,
  made: Made,
): Promise<void> {
  const { accounts = [], workspaces = [], projects = [], repositories = [] } = content;
  for (const entry of accounts) {
    const found = await findAccountByEmail(kysely, entry.email);
    if (found === undefined) continue;
    for (const name of namesOfAccount(entry)) made.account.set(name, found.account);
  }
  for (const { slug } of workspaces) {
    const found = await findWorkspace(kysely, { slug: parseWorkspaceSlug(slug)! });
    if (found !== undefined) made.workspace.set(slug.toLowerCase(), found);
  }
  const named = [
    ...workspaces.map((entry) => ({ workspace: entry.slug, key: firstProjectOf(entry) })),
    ...projects,
  ];
  for (const entry of named) {
    const workspace = made.workspace.get(entry.workspace.toLowerCase());
    const found =
      workspace && (await findProject(kysely, workspace.uuid, { key: parseProjectKey(entry.key)! }));
    if (found !== undefined) made.project.set(projectName(entry), found);
  }
  for (const entry of repositories) {
    const workspace = made.workspace.get(entry.workspace.toLowerCase());
    const found =
      workspace && (await findRepository(kysely, { uuid: workspace.uuid }, { slug: slugOf(entry)! }));
    if (found !== undefined) made.repository.set(repositoryName(entry), found);
  }
}
