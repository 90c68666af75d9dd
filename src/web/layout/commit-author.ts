import type { Identity } from "../../git/objects/commit.ts";
import type { Account } from "../../model/account.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { type Html, html } from "../html.ts";
import type { Translate } from "../translate.ts";
import { visibleText } from "./visible-text.ts";

/** Names in commits are as long as who made them likes. */
const NAME_LENGTH_MAX = 100;

/** Who wrote a commit: the account with the address, or the name that the commit has. Addresses are not shown. */
export function commitAuthor(t: Translate, identity: Identity, accounts: ReadonlyMap<string, Account>): Html {
  const name = accounts.get(identity.email.toLowerCase())?.displayName ?? identity.name;
  if (name.trim() === "") return t(commitTexts.noName);
  return html`<bdi>${visibleText(name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX)}…` : name)}</bdi>`;
}
