import type { Kysely } from "kysely";
import { type Account, parseEmailAddress } from "../../model/account.ts";
import { workspaceSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Group } from "../../model/group.ts";
import type { OneTimeLink } from "../../model/one-time-link.ts";
import type { Permission } from "../../model/permission.ts";
import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Workspace, WorkspaceRole } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { findAccountByEmail, findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import {
  deleteInvitationsOf,
  deleteLink,
  listInvitations,
} from "../../storage/sql/accounts/one-time-links.ts";
import { insertGroupMember } from "../../storage/sql/groups/groups.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { findMember, upsertMember } from "../../storage/sql/workspaces/members.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { LINK_MS, type LinkPorts, mailLink, makeLink, type WriteMail } from "./one-time-links.ts";

/** That wait for an answer, of one workspace. */
export const INVITATIONS_MAX = 500;

export type NewInvitation = {
  readonly email: string;
  readonly role: WorkspaceRole;
  /** On all repositories of the workspace. */
  readonly repositoryPermission: Permission;
  /** Of the workspace. */
  readonly group?: Group | undefined;
};

export type InvitationLink = Extract<OneTimeLink, { readonly kind: "invitation" }>;

export type MadeInvitation = {
  readonly invitation: InvitationLink;
  /** To be shown this once to who invites. Undefined: it was mailed, and nobody else sees it. */
  readonly url: Secret | undefined;
};

/**
 * Invites somebody by address into a workspace, whether or not there is an account. An earlier invitation of the address
 * ends. Only owners may; the pages declare so.
 *
 * @throws Failure invalid-input (fields email, group), conflict if the address is a member's.
 */
export async function inviteToWorkspace(
  ports: LinkPorts,
  by: By,
  workspace: Workspace,
  wanted: NewInvitation,
  writeMail: WriteMail,
): Promise<MadeInvitation> {
  const address = parseEmailAddress(wanted.email.trim());
  if (address === undefined) throw invalidField("email", "not an e-mail address");
  const { role, repositoryPermission, group } = wanted;
  if (group !== undefined && group.workspaceUuid !== workspace.uuid)
    throw invalidField("group", "not a group of the workspace");
  const made = await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const known = await findAccountByEmail(tx, address);
    if (
      known?.email.isConfirmed === true &&
      (await findMember(tx, workspace.uuid, known.account.uuid)) !== undefined
    )
      throw new Failure("conflict", `Cannot invite: already a member of ${workspace.slug}`, {
        fields: { email: ["already a member"] },
      });
    await deleteInvitationsOf(tx, workspace.uuid, address);
    if ((await listInvitations(tx, workspace.uuid, ports.clock())).length >= INVITATIONS_MAX)
      throw new Failure("conflict", `Cannot invite: ${INVITATIONS_MAX} invitations wait already`, {
        fields: { email: [`${INVITATIONS_MAX} invitations wait already`] },
      });
    const link = await makeLink(
      tx,
      ports,
      by,
      {
        kind: "invitation",
        address,
        workspaceUuid: workspace.uuid,
        groupUuid: group?.uuid,
        role,
        repositoryPermission,
      },
      LINK_MS,
    );
    record.audit("workspace.invited", workspaceSubject(workspace), {
      invitation: link.link.uuid,
      role,
      permission: repositoryPermission,
      group: group?.uuid,
    });
    return link;
  });
  const isMailed = mailLink(ports, address, made, writeMail);
  return { invitation: made.link as InvitationLink, url: isMailed ? undefined : made.url };
}

/** @throws Failure not-found if the workspace has no such invitation, or it has ended. */
export async function withdrawInvitation(
  ports: Pick<Ports, "clock">,
  by: By,
  workspace: Workspace,
  uuid: Uuid,
): Promise<InvitationLink> {
  return by.transaction(async (tx, record) => {
    const found = (await listInvitations(tx, workspace.uuid, ports.clock())).find(
      (invitation) => invitation.uuid === uuid,
    );
    if (found === undefined || !(await deleteLink(tx, uuid)))
      throw new Failure("not-found", "There is no such invitation");
    record.audit("workspace.invitation-withdrawn", workspaceSubject(workspace), { invitation: uuid });
    return found;
  }, TAKES_ACCESS);
}

/**
 * Whether it is an invitation still: who was an owner and is none any more, or is disabled, must not come back by a link of their own
 * making.
 */
export async function isInvitedByOwner(
  db: Kysely<Schema>,
  { workspaceUuid, createdByUuid }: InvitationLink,
): Promise<boolean> {
  // The operator's.
  if (createdByUuid === undefined) return true;
  const inviter = await findMember(db, workspaceUuid, createdByUuid);
  return inviter?.role === "owner" && (await findAccountByUuid(db, createdByUuid))?.isDisabled === false;
}

/** Uses an invitation in an open transaction. Who is a member already keeps role and permission. */
export async function joinWorkspace(
  tx: Kysely<Schema>,
  record: Recorder,
  account: Account,
  invitation: InvitationLink,
  now: Date,
): Promise<Workspace> {
  const { workspaceUuid, groupUuid, role, repositoryPermission } = invitation;
  await lockRows(tx, [
    { table: "workspace", uuid: workspaceUuid, strength: "update" },
    { table: "account", uuid: account.uuid, strength: "share" },
  ]);
  const workspace = await findWorkspace(tx, { uuid: workspaceUuid });
  if (workspace === undefined || !(await isInvitedByOwner(tx, invitation))) throw linkEnded();
  if (!(await deleteLink(tx, invitation.uuid))) throw linkEnded();
  if ((await findMember(tx, workspaceUuid, account.uuid)) === undefined) {
    await upsertMember(tx, workspaceUuid, { accountUuid: account.uuid, role, repositoryPermission }, now);
    record.audit("workspace.member-set", workspaceSubject(workspace), {
      account: account.uuid,
      role,
      permission: repositoryPermission,
      invitation: invitation.uuid,
      invited_by: invitation.createdByUuid,
    });
  }
  if (groupUuid !== undefined) await insertGroupMember(tx, groupUuid, account.uuid);
  return workspace;
}

/** An account that is there accepts an invitation. @throws Failure gone. */
export async function acceptInvitation(
  ports: Pick<Ports, "clock">,
  by: By,
  account: Account,
  invitation: InvitationLink,
): Promise<Workspace> {
  return by.transaction((tx, record) => joinWorkspace(tx, record, account, invitation, ports.clock()));
}

/** A link that is none, has ended, was used, or leads nowhere any more: all are told the same. */
export function linkEnded(): Failure {
  return new Failure("gone", "The link has expired or was used: ask for another one");
}
