import type { TypeBuilder } from "../http/routes/body-schema.ts";
import type { Account } from "../model/account.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { Group } from "../model/group.ts";
import { parseGroupSlug } from "../model/slug.ts";
import { parseUuid } from "../model/uuid.ts";
import type { Workspace } from "../model/workspace.ts";
import { findNamedAccount } from "../operations/accounts/named-accounts.ts";
import type { Ports } from "../ports.ts";
import { findGroup } from "../storage/sql/groups/groups.ts";

const text = (Type: TypeBuilder) => Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** An account in a body. Other keys of a `user` are taken and not read: clients send back whole objects. */
export const AccountReference = (Type: TypeBuilder) =>
  Type.Object({ uuid: text(Type), account_id: text(Type), username: text(Type) });

/** A group in a body: the reference shows `slug` with `owner`, and groups are shown with `full_slug` and `workspace` too. */
export const GroupReference = (Type: TypeBuilder) => {
  const owner = Type.Optional(
    Type.Union([Type.Object({ uuid: text(Type), username: text(Type), slug: text(Type) }), Type.Null()]),
  );
  return Type.Object({ slug: text(Type), full_slug: text(Type), owner, workspace: owner });
};

type Text = string | null | undefined;
type AccountKeys = { uuid?: Text; account_id?: Text; username?: Text };
type OwnerKeys = { uuid?: Text; username?: Text; slug?: Text } | null;
type GroupKeys = { slug?: Text; full_slug?: Text; owner?: OwnerKeys; workspace?: OwnerKeys };

/** What is empty or null names nothing. */
const given = (value: Text) => (value === null || value === "" ? undefined : value);

/**
 * @throws Failure invalid-input for a reference without a name; not-found, with the field, if there is no such account or if
 * its names are of different ones.
 */
export async function readAccountReference(
  ports: Pick<Ports, "database">,
  field: string,
  reference: AccountKeys,
): Promise<Account> {
  const names = {
    uuid: given(reference.uuid),
    accountId: given(reference.account_id),
    username: given(reference.username),
  };
  if (Object.values(names).every((name) => name === undefined))
    throw invalidField(field, "needs a uuid, an account_id or a username");
  const account = await findNamedAccount(ports, names);
  if (account === undefined) throw nobody(field, "names an account that there is not");
  return account;
}

/** A group of the workspace, and of no other. @throws Failure as `readAccountReference` does. */
export async function readGroupReference(
  { database }: Pick<Ports, "database">,
  field: string,
  workspace: Workspace,
  reference: GroupKeys,
): Promise<Group> {
  const fullSlug = given(reference.full_slug);
  const colon = fullSlug?.indexOf(":") ?? -1;
  const slugs = [given(reference.slug), fullSlug?.slice(colon + 1)].filter((slug) => slug !== undefined);
  const [slugText] = slugs;
  if (slugText === undefined) throw invalidField(field, "needs a slug");
  const slug = parseGroupSlug(slugText);
  const isHere =
    slugs.every((each) => parseGroupSlug(each) === slug) &&
    (colon === -1 || isWorkspace(workspace, { slug: fullSlug?.slice(0, colon) })) &&
    isWorkspace(workspace, reference.owner) &&
    isWorkspace(workspace, reference.workspace);
  const group =
    slug === undefined || !isHere ? undefined : await findGroup(database.kysely, workspace.uuid, slug);
  if (group === undefined) throw nobody(field, "names a group that the workspace does not have");
  return group;
}

/** Whether all that is said of an owner fits the workspace. Its slug stands where accounts have a user name. */
function isWorkspace(workspace: Workspace, owner: OwnerKeys | undefined): boolean {
  const uuid = given(owner?.uuid);
  const slugs = [given(owner?.username), given(owner?.slug)].filter((slug) => slug !== undefined);
  return (
    (uuid === undefined || parseUuid(uuid) === workspace.uuid) &&
    slugs.every((slug) => slug.toLowerCase() === workspace.slug)
  );
}

function nobody(field: string, problem: string): Failure {
  return new Failure("not-found", `${field}: ${problem}`, { fields: { [field]: [problem] } });
}
