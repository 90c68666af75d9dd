import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../model/slug.ts";
import type { Workspace } from "../../model/workspace.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { importInto } from "../../operations/imports/import-repository.ts";
import { getProject } from "../../operations/projects/get-project.ts";
import { createRepository } from "../../operations/repositories/repositories.ts";
import { createWorkspace } from "../../operations/workspaces/workspaces.ts";
import type { By, Ports } from "../../ports.ts";
import { findAccountByEmail, listAccounts, listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { withDemoHistory } from "./demo-history.ts";

export type DemoData = {
  readonly account: Account;
  /** The account's primary address. */
  readonly email: string;
  readonly workspace: Workspace;
  readonly repository: Repository;
};

const EMAIL = "demo@example.com";
const USERNAME = "demo";
const DISPLAY_NAME = "Demo Account";
const WORKSPACE = "acme" as WorkspaceSlug;
const REPOSITORY = "demo" as RepositorySlug;

/**
 * Makes what is missing of the demo account, workspace and repository, and leaves alone what is there: also what a start
 * that was cut off has made.
 *
 * @throws Failure conflict if the data are of others.
 */
export async function openDemoData(ports: Ports, by: By): Promise<DemoData> {
  const known = (await findAccountByEmail(ports.database.kysely, EMAIL))?.account;
  if (known === undefined) await refuseNodesOfOthers(ports);
  const account =
    known ??
    (await createAccount(ports, by, { email: EMAIL, username: USERNAME, displayName: DISPLAY_NAME }));
  if (account.isDisabled) {
    throw new Failure(
      "conflict",
      `Cannot start the demo: its account is disabled (pail account enable --email ${EMAIL})`,
    );
  }
  const email = (await listEmails(ports.database.kysely, account.uuid))[0]!.address;
  const workspace = await openWorkspace(ports, by, account);
  return {
    account,
    email,
    workspace,
    repository: await openRepository(ports, by, workspace, { account, email }),
  };
}

/**
 * A shell that has the variables of a cluster would make the demo a node of it, with an account whose tokens are printed. A data
 * folder is named by who starts a demo.
 */
async function refuseNodesOfOthers({ stored, database }: Ports): Promise<void> {
  if (stored === undefined || (await listAccounts(database.kysely)).length === 0) return;
  throw new Failure(
    "conflict",
    "Cannot start the demo: DATABASE_URL and PAIL_OBJECT_STORE name an installation with accounts of its own and no demo (unset them, or give the demo an empty database and bucket)",
  );
}

async function openWorkspace(ports: Ports, by: By, account: Account): Promise<Workspace> {
  const workspace = await findWorkspace(ports.database.kysely, { slug: WORKSPACE });
  if (workspace === undefined) {
    return (await createWorkspace(ports, by, { slug: WORKSPACE, name: "Acme", owner: account })).workspace;
  }
  // A workspace of somebody else's must not be opened to the demo's tokens.
  if ((await findMember(ports.database.kysely, workspace.uuid, account.uuid)) === undefined) {
    throw new Failure(
      "conflict",
      `Cannot start the demo: workspace "${WORKSPACE}" belongs to another account`,
    );
  }
  return workspace;
}

async function openRepository(
  ports: Ports,
  by: By,
  workspace: Workspace,
  { account, email }: Pick<DemoData, "account" | "email">,
): Promise<Repository> {
  const selector = { slug: REPOSITORY };
  const found = await findRepository(ports.database.kysely, { uuid: workspace.uuid }, selector);
  if (found !== undefined && found.refGeneration > 0) return found;
  const repository =
    found ??
    (await createRepository(ports, by, {
      workspace,
      project: await getProject(ports, workspace, undefined),
      slug: REPOSITORY,
      description: "A small repository to try things on",
    }));
  const { refused } = await withDemoHistory({ name: account.displayName, email }, (source) =>
    importInto(ports, by, repository, source),
  );
  if (refused.length > 0)
    throw new Error(`${fullName(repository)}: ${refused[0]!.name}: ${refused[0]!.refused}`);
  return repository;
}
