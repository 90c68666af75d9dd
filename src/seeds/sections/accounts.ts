import { parseEmailAddress, parseUsername } from "../../model/account.ts";
import { Secret } from "../../model/secret.ts";
import { addEmail, createAccount, disableAccount } from "../../operations/accounts/accounts.ts";
import { setFirstPassword } from "../../operations/accounts/passwords.ts";
import { accountName, CLOSED, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { accountKeyFields, applyAccountKeys, checkAccountKeys } from "./keys.ts";

export const accountSchema = (type: TypeBuilder) =>
  type.Object(
    {
      email: accountName(type, "The primary e-mail address, confirmed"),
      username: type.Optional(name(type, "Without one: what stands before the @ of the address")),
      name: type.Optional(name(type, "As it is shown")),
      password: type.Optional(text(type, "For the pages. Git and the API take tokens only", 1_000)),
      is_disabled: type.Optional(type.Boolean()),
      other_emails: type.Optional(
        type.Array(
          type.Object(
            {
              address: accountName(type, "Another address of the account"),
              is_confirmed: type.Optional(type.Boolean({ default: true })),
            },
            CLOSED,
          ),
        ),
      ),
      ...accountKeyFields(type),
    },
    CLOSED,
  );

export type AccountEntry = Entry<typeof accountSchema>;

export function usernameOf({ email, username }: AccountEntry): string {
  return username ?? email.slice(0, email.lastIndexOf("@"));
}

/** All that others of the seed may call it, in lower case. */
export function namesOfAccount(entry: AccountEntry): readonly string[] {
  const others = (entry.other_emails ?? []).map(({ address }) => address);
  return [entry.email, usernameOf(entry), ...others].map((each) => each.toLowerCase());
}

/** As commits have it. */
export function identityOf(entry: AccountEntry): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are to be removed, as git does.
  const shown = (entry.name ?? "").replace(/[<>\x00-\x1f\x7f]/g, "").trim();
  return `${shown === "" ? usernameOf(entry) : shown} <${entry.email}>`;
}

export function checkAccount(checker: SeedChecker, entry: AccountEntry, path: SeedPath): void {
  const declareAddress = (address: string, at: SeedPath) => {
    if (parseEmailAddress(address) === undefined) checker.problem(at, "not an e-mail address");
    else checker.declare("account", address, at);
  };
  declareAddress(entry.email, [...path, "email"]);
  for (const [index, { address }] of (entry.other_emails ?? []).entries())
    declareAddress(address, [...path, "other_emails", index, "address"]);
  checkAccountKeys(checker, entry, path);
  const username = usernameOf(entry);
  if (parseUsername(username) !== undefined) checker.declare("account", username, [...path, "username"]);
  else if (entry.username !== undefined || parseEmailAddress(entry.email) !== undefined)
    checker.problem([...path, "username"], "must be 1 to 62 letters, digits, _ or -");
}

export async function applyAccount(context: SeedContext, entry: AccountEntry, path: SeedPath): Promise<void> {
  const username = usernameOf(entry);
  const account = await context.make(
    { path, name: `account ${entry.email.toLowerCase()}`, at: context.time },
    async (ports, by) => {
      const account = await createAccount(ports, by, {
        email: entry.email,
        username,
        displayName: entry.name ?? username,
      });
      for (const { address, is_confirmed: isConfirmed = true } of entry.other_emails ?? [])
        await addEmail(ports, by, account, { address, isConfirmed, isPrimary: false });
      if (entry.password !== undefined)
        await setFirstPassword(ports, by, account, new Secret(entry.password));
      if (entry.is_disabled === true) await disableAccount(ports, by, account);
      const made = { ...account, isDisabled: entry.is_disabled === true };
      for (const each of namesOfAccount(entry)) context.made.account.set(each, made);
      return made;
    },
  );
  if (account !== undefined) await applyAccountKeys(context, account, entry, path);
}
