import type { Kysely } from "kysely";
import type { AppDescriptor } from "../../model/app.ts";
import type { Uuid } from "../../model/uuid.ts";
import {
  findAccountByUuid,
  setAccountDisabled,
  setAccountNames,
} from "../../storage/sql/accounts/accounts.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** The account of an app has the app's name, and counts again if the app was uninstalled. */
export async function nameAppAccount(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  { name }: Pick<AppDescriptor, "name">,
): Promise<void> {
  const account = await findAccountByUuid(tx, accountUuid);
  if (account === undefined) return;
  if (account.isDisabled) await setAccountDisabled(tx, accountUuid, undefined);
  if (account.displayName !== name)
    await setAccountNames(tx, accountUuid, { username: account.username, displayName: name, nickname: name });
}
