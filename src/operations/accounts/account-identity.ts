import type { Account } from "../../model/account.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";

/**
 * `Name <address>` for what is committed or tagged in the name of an account: its display name and primary address. What
 * would end the name or the line early is left out, as git does it.
 */
export async function identityOf({ database }: Pick<Ports, "database">, account: Account): Promise<string> {
  const [email] = await listEmails(database.kysely, account.uuid);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out.
  const name = account.displayName.replace(/[<>\x00-\x1f\x7f]/g, "").trim() || account.username;
  return `${name} <${email?.address ?? ""}>`;
}

/** An identity as an object has it: with the seconds and the offset from UTC. */
export function dated(identity: string, date: Date): string {
  return `${identity} ${Math.floor(date.getTime() / 1000)} +0000`;
}
