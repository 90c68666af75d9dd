import type { Identity } from "../git/objects/commit.ts";
import type { Account } from "../model/account.ts";
import { cutText, IDENTITY_LENGTH_MAX } from "./bounded-texts.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import type { BaseUrls } from "./links.ts";

export type AuthorContext = {
  readonly baseUrls: BaseUrls;
  /** By confirmed e-mail address in lower case: what a commit names is matched without case. */
  readonly accounts: ReadonlyMap<string, Account>;
};

/** An `author` or `committer`. `user` is there only if the e-mail address is an account's. */
export function representCommitAuthor<Type extends "author" | "committer">(
  type: Type,
  identity: Identity,
  { baseUrls, accounts }: AuthorContext,
) {
  const account = accounts.get(identity.email.toLowerCase());
  const author = { type, raw: cutText(identity.raw, IDENTITY_LENGTH_MAX) };
  return account === undefined ? author : { ...author, user: representEmbeddedAccount(account, baseUrls) };
}

/** Whether it was cut. */
export function isIdentityCut(identity: Identity): boolean {
  return identity.raw.length > IDENTITY_LENGTH_MAX;
}
