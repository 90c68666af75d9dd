import type { Caller } from "../../model/caller.ts";
import { invalidField } from "../../model/failure.ts";
import type { Filter, FilterValue, Sort } from "../../model/filter.ts";
import { accountWithin } from "../../model/who-acts.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { findMember, listMemberships, type Membership } from "../../storage/sql/workspaces/members.ts";

/** "When filtering by email, you can query up to 90 addresses at a time" (the reference). */
export const EMAILS_MAX = 90;

const EMAIL_FIELD = "user.email";

export type MemberQuery = {
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly page: number;
  readonly pagelen: number;
};

export type MemberPage = {
  readonly values: readonly Membership[];
  readonly size: number;
  /** Whether the members were searched by address: only those addresses may be shown. */
  readonly isByEmail: boolean;
};

/**
 * A page of the members of a workspace. Owners may search members by address. Sorting by address is not allowed, since
 * it would reveal the order of addresses that are not shown.
 *
 * @throws Failure invalid-input if the filter or the sort cannot be used.
 */
export async function listMembersFor(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  caller: Caller,
  query: MemberQuery,
): Promise<MemberPage> {
  const addresses = query.filter === undefined ? [] : addressesIn(query.filter);
  const isByEmail = addresses.length > 0;
  if (isByEmail && !(await isOwner(database, workspace, caller)))
    throw invalidField(EMAIL_FIELD, "only an owner of the workspace may filter by it");
  if (addresses.length > EMAILS_MAX)
    throw invalidField(EMAIL_FIELD, `at most ${EMAILS_MAX} addresses at a time`);
  if (query.sort?.field === EMAIL_FIELD) throw invalidField(EMAIL_FIELD, "does not support sorting");
  const page = await listMemberships(database.kysely, {
    ...query,
    ...(query.filter === undefined ? {} : { filter: foldAddresses(query.filter) }),
    workspaceUuid: workspace.uuid,
    hasEmailField: isByEmail,
  });
  return { ...page, isByEmail };
}

async function isOwner(database: Ports["database"], workspace: Workspace, caller: Caller): Promise<boolean> {
  const account = accountWithin(caller, { workspaceUuid: workspace.uuid });
  return (
    account !== undefined &&
    (await findMember(database.kysely, workspace.uuid, account.uuid))?.role === "owner"
  );
}

/** The values with which `user.email` is compared. */
function addressesIn(filter: Filter): readonly FilterValue[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.flatMap(addressesIn);
    case "comparison":
      return filter.field === EMAIL_FIELD ? [filter.value] : [];
    case "membership":
      return filter.field === EMAIL_FIELD ? filter.values : [];
  }
}

/** Addresses are compared without regard to case. */
function foldAddresses(filter: Filter): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map(foldAddresses) };
    case "comparison":
      return filter.field === EMAIL_FIELD ? { ...filter, value: fold(filter.value) } : filter;
    case "membership":
      return filter.field === EMAIL_FIELD ? { ...filter, values: filter.values.map(fold) } : filter;
  }
}

function fold(value: FilterValue): FilterValue {
  return value.kind === "text" ? { kind: "text", text: value.text.toLowerCase() } : value;
}
