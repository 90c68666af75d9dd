import type { Command } from "commander";
import { bracedUuid } from "../../model/uuid.ts";
import { WORKSPACE_ROLES } from "../../model/workspace.ts";
import { createWorkspace, removeMember, setMember } from "../../operations/workspaces/workspaces.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { listMembers } from "../../storage/sql/workspaces/members.ts";
import { listWorkspaces } from "../../storage/sql/workspaces/workspaces.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printTable, shortInstant } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedWorkspace } from "./named-subjects.ts";
import { permissionOption, readPermission } from "./permission-option.ts";

export function createWorkspaceCommand(): Command {
  const workspace = createCommand("workspace")
    .description("Workspaces, which hold repositories, and their members.")
    .addHelpText(
      "after",
      examples(
        "pail workspace create --slug team --owner ada@example.com",
        "pail workspace members --workspace team",
      ),
    );
  addCreate(workspace);
  addAddMember(workspace);
  addRemoveMember(workspace);
  addList(workspace);
  addMembers(workspace);
  return workspace;
}

type CreateOptions = {
  readonly slug: string;
  readonly owner: string;
  readonly name?: string;
  readonly project?: string;
  readonly public?: true;
};

function addCreate(workspace: Command): void {
  const command = workspace
    .command("create")
    .description("Makes a workspace with its owner and a first project.")
    .requiredOption("--slug <slug>", "its name in URLs: letters, digits, _ and -")
    .requiredOption("--owner <email>", "the account that owns it")
    .option("--name <name>", "the name that is shown (default: the slug)")
    .option("--project <key>", "the key of its first project (default: PROJ)")
    .option("--public", "shown to everyone")
    .addHelpText(
      "after",
      examples("pail workspace create --slug team --owner ada@example.com --name 'The Team'"),
    );
  addSettings(command).action(async (options: CreateOptions) => {
    await withPorts(command, async (ports, by) => {
      const owner = await getNamedAccount(ports, "owner", options.owner);
      const { workspace: created, project } = await createWorkspace(ports, by, {
        slug: options.slug,
        owner,
        isPrivate: options.public !== true,
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.project === undefined ? {} : { projectKey: options.project }),
      });
      printLine(`Created workspace ${created.slug} ${bracedUuid(created.uuid)} with project ${project.key}`);
    });
  });
}

type AddMemberOptions = {
  readonly workspace: string;
  readonly account: string;
  readonly role: string;
  readonly permission: string;
};

function addAddMember(workspace: Command): void {
  const command = workspace
    .command("add-member")
    .description("Makes an account a member of a workspace, or changes what a member may do.")
    .requiredOption("--workspace <slug>", "the workspace")
    .requiredOption("--account <email>", "the account")
    .option("--role <role>", "owner (may do all) or member", "member")
    .addOption(permissionOption("what a member may do in every repository").default("read"))
    .addHelpText(
      "after",
      examples(
        "pail workspace add-member --workspace team --account bob@example.com --permission write",
        "pail workspace add-member --workspace team --account eve@example.com --role owner",
      ),
    );
  addSettings(command).action(async (options: AddMemberOptions) => {
    const role = WORKSPACE_ROLES.find((each) => each === options.role);
    if (role === undefined) throw new UsageError(`--role: must be one of ${WORKSPACE_ROLES.join(", ")}`);
    const permission = readPermission(options.permission);
    await withPorts(command, async (ports, by) => {
      const found = await getNamedWorkspace(ports, options.workspace);
      const account = await getNamedAccount(ports, "account", options.account);
      await setMember(ports, by, found, account, role, permission);
      printLine(
        `${account.username} is ${role} of ${found.slug}${role === "member" ? `: ${permission}` : ""}`,
      );
    });
  });
}

type RemoveMemberOptions = { readonly workspace: string; readonly account: string };

function addRemoveMember(workspace: Command): void {
  const command = workspace
    .command("remove-member")
    .description(
      "Removes an account from a workspace: from its groups too, and its permissions in projects and repositories.\n" +
        "What is public stays readable.",
    )
    .requiredOption("--workspace <slug>", "the workspace")
    .requiredOption("--account <email>", "the account")
    .addHelpText(
      "after",
      examples("pail workspace remove-member --workspace team --account bob@example.com"),
    );
  addSettings(command).action(async (options: RemoveMemberOptions) => {
    await withPorts(command, async (ports, by) => {
      const found = await getNamedWorkspace(ports, options.workspace);
      const account = await getNamedAccount(ports, "account", options.account);
      await removeMember(by, found, account);
      printLine(`${account.username} is no longer a member of ${found.slug}`);
    });
  });
}

function addList(workspace: Command): void {
  const command = workspace
    .command("list")
    .description("Lists all workspaces.")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail workspace list", "pail workspace list --json"));
  addSettings(command).action(async ({ json }: { readonly json?: true }) => {
    const all = await withPorts(command, ({ database }) => listWorkspaces(database.kysely));
    if (json) {
      return printJson(
        all.map((each) => ({
          uuid: bracedUuid(each.uuid),
          slug: each.slug,
          name: each.name,
          is_private: each.isPrivate,
          created_on: each.createdAt.toISOString(),
        })),
      );
    }
    const rows = all.map((each) => [
      each.slug,
      each.name,
      each.isPrivate ? "private" : "public",
      shortInstant(each.createdAt),
    ]);
    printTable(["slug", "name", "shown", "created"], rows, "There are no workspaces");
  });
}

function addMembers(workspace: Command): void {
  const command = workspace
    .command("members")
    .description("Lists the owners and members of a workspace.")
    .requiredOption("--workspace <slug>", "the workspace")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail workspace members --workspace team"));
  addSettings(command).action(async (options: { readonly workspace: string; readonly json?: true }) => {
    const members = await withPorts(command, (ports) => describeMembers(ports, options.workspace));
    if (options.json) return printJson(members);
    const rows = members.map((each) => [
      each.username,
      each.email ?? "-",
      each.role,
      each.repository_permission,
    ]);
    printTable(["user name", "e-mail", "role", "permission"], rows, "The workspace has no members");
  });
}

async function describeMembers(ports: Ports, slug: string) {
  const { uuid } = await getNamedWorkspace(ports, slug);
  const members = [];
  for (const { member, account, addedAt } of await listMembers(ports.database.kysely, uuid)) {
    members.push({
      uuid: bracedUuid(account.uuid),
      username: account.username,
      email: (await listEmails(ports.database.kysely, account.uuid))[0]?.address ?? null,
      role: member.role,
      // An owner may do all, whatever is stored.
      repository_permission: member.role === "owner" ? "admin" : member.repositoryPermission,
      added_on: addedAt.toISOString(),
    });
  }
  return members;
}
