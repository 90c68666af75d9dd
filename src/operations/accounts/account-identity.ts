import type { Account } from "../../model/account.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";

/**
 * `Name <address>` for commits and tags that are made in the name of an account: its display name and primary address.
 * Characters that would end the name or the line early are removed, as git does.
 */
export async function identityOf({ database }: Pick<Ports, "database">, account: Account): Promise<string> {
  const [email] = await listEmails(database.kysely, account.uuid);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are to be removed.
  const name = account.displayName.replace(/[<>\x00-\x1f\x7f]/g, "").trim() || account.username;
  return `${name} <${email?.address ?? ""}>`;
}

/** An identity in the form that git objects have: with the seconds and the offset from UTC. */
export function dated(identity: string, date: Date): string {
  return `${identity} ${Math.floor(date.getTime() / 1000)} +0000`;
}
