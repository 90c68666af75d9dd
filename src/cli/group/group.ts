import type { Command } from "commander";
import { Failure } from "../../model/failure.ts";
import type { Group } from "../../model/group.ts";
import { bracedUuid } from "../../model/uuid.ts";
import type { Workspace } from "../../model/workspace.ts";
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  getGroup,
  removeGroupMember,
} from "../../operations/groups/groups.ts";
import type { Ports } from "../../ports.ts";
import { listGroupMembers, listGroups } from "../../storage/sql/groups/groups.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printTable, shortInstant } from "../terminal/print.ts";
import { refusedOption, UsageError } from "../terminal/problem.ts";
import { getNamedWorkspace } from "../workspace/named-subjects.ts";

export function createGroupCommand(): Command {
  const group = createCommand("group")
    .description(
      "Groups of a workspace: accounts that are given permissions together, in repositories and projects.",
    )
    .addHelpText(
      "after",
      examples("pail group create --workspace team --name Developers", "pail group list --workspace team"),
    );
  addCreate(group);
  addList(group);
  addMember(group);
  addRemoveMember(group);
  addDelete(group);
  return group;
}

function addCreate(group: Command): void {
  const command = group
    .command("create")
    .description("Makes a group without members.")
    .requiredOption("--workspace <slug>", "the workspace that it belongs to")
    .requiredOption("--name <name>", "its name; in URLs it is in lower case with dashes")
    .addHelpText("after", examples("pail group create --workspace team --name Developers"));
  addSettings(command).action(async (options: { readonly workspace: string; readonly name: string }) => {
    await withPorts(command, async (ports, by) => {
      const workspace = await getNamedWorkspace(ports, options.workspace);
      const created = await createGroup(ports, by, workspace, options.name);
      printLine(`Created group ${created.slug} ${bracedUuid(created.uuid)} in ${workspace.slug}`);
    });
  });
}

function addList(group: Command): void {
  const command = group
    .command("list")
    .description("Lists the groups of a workspace with their members.")
    .requiredOption("--workspace <slug>", "the workspace")
    .option("--json", "as a JSON array")
    .addHelpText(
      "after",
      examples("pail group list --workspace team", "pail group list --workspace team --json"),
    );
  addSettings(command).action(async (options: { readonly workspace: string; readonly json?: true }) => {
    const groups = await withPorts(command, (ports) => describeGroups(ports, options.workspace));
    if (options.json) return printJson(groups.map(({ createdAt: _at, ...shown }) => shown));
    const rows = groups.map(({ slug, name, members, createdAt }) => [
      slug,
      name,
      members.join(", ") || "-",
      shortInstant(createdAt),
    ]);
    printTable(["slug", "name", "members", "created"], rows, "The workspace has no groups");
  });
}

async function describeGroups(ports: Ports, workspaceSlug: string) {
  const { uuid } = await getNamedWorkspace(ports, workspaceSlug);
  const described = [];
  for (const group of await listGroups(ports.database.kysely, uuid)) {
    const members = await listGroupMembers(ports.database.kysely, group.uuid);
    described.push({
      uuid: bracedUuid(group.uuid),
      slug: group.slug,
      name: group.name,
      members: members.map(({ username }) => username),
      created_on: group.createdAt.toISOString(),
      createdAt: group.createdAt,
    });
  }
  return described;
}

type MemberOptions = { readonly workspace: string; readonly group: string; readonly account: string };

function addMember(group: Command): void {
  const command = group
    .command("add-member")
    .description("Puts a member of the workspace into a group.")
    .requiredOption("--workspace <slug>", "the workspace")
    .requiredOption("--group <slug>", "the group")
    .requiredOption("--account <email>", "the account")
    .addHelpText(
      "after",
      examples("pail group add-member --workspace team --group developers --account bob@example.com"),
    );
  addSettings(command).action(async (options: MemberOptions) => {
    await withPorts(command, async (ports, by) => {
      const { workspace, group: found } = await getNamedGroup(ports, options);
      const account = await getNamedAccount(ports, "account", options.account);
      await addGroupMember(by, workspace, found, account);
      printLine(`${account.username} is in the group ${found.slug} of ${workspace.slug}`);
    });
  });
}

function addRemoveMember(group: Command): void {
  const command = group
    .command("remove-member")
    .description("Takes an account out of a group. It stays a member of the workspace.")
    .requiredOption("--workspace <slug>", "the workspace")
    .requiredOption("--group <slug>", "the group")
    .requiredOption("--account <email>", "the account")
    .addHelpText(
      "after",
      examples("pail group remove-member --workspace team --group developers --account bob@example.com"),
    );
  addSettings(command).action(async (options: MemberOptions) => {
    await withPorts(command, async (ports, by) => {
      const { workspace, group: found } = await getNamedGroup(ports, options);
      const account = await getNamedAccount(ports, "account", options.account);
      await removeGroupMember(by, found, account);
      printLine(`${account.username} is no longer in the group ${found.slug} of ${workspace.slug}`);
    });
  });
}

function addDelete(group: Command): void {
  const command = group
    .command("delete")
    .description("Deletes a group, and with it all that it was permitted.")
    .requiredOption("--workspace <slug>", "the workspace")
    .requiredOption("--group <slug>", "the group")
    .option("--yes", "needed: it cannot be undone")
    .addHelpText("after", examples("pail group delete --workspace team --group developers --yes"));
  addSettings(command).action(async (options: Omit<MemberOptions, "account"> & { readonly yes?: true }) => {
    if (options.yes !== true) throw new UsageError("--yes: needed, since a deletion cannot be undone");
    await withPorts(command, async (ports, by) => {
      const { workspace, group: found } = await getNamedGroup(ports, options);
      await deleteGroup(by, found);
      printLine(`Deleted group ${found.slug} of ${workspace.slug}`);
    });
  });
}

/** The group that `--group` names. @throws Failure conflict for that option. */
async function getNamedGroup(
  ports: Ports,
  options: Omit<MemberOptions, "account">,
): Promise<{ readonly workspace: Workspace; readonly group: Group }> {
  const workspace = await getNamedWorkspace(ports, options.workspace);
  try {
    return { workspace, group: await getGroup(ports, workspace, options.group) };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "not-found") throw error;
    throw refusedOption(
      "group",
      `there is no group ${JSON.stringify(options.group)} in ${workspace.slug} (pail group list)`,
    );
  }
}
