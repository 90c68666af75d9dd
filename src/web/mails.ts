import type { Account } from "../model/account.ts";
import { Secret } from "../model/secret.ts";
import type { Workspace } from "../model/workspace.ts";
import type { WriteMail } from "../operations/accounts/one-time-links.ts";
import { mailTexts } from "./catalogue/mails.ts";
import { exactTime } from "./layout/time.ts";
import type { PageRequest } from "./page.ts";
import { type Entry, type Holes, sayPlainly } from "./translate.ts";

/** Mails in the language of the page that sends them: that of their readers is not known. */
type Speaking = Pick<PageRequest, "language">;

export function writePasswordMail(speaking: Speaking): WriteMail {
  return writer(speaking, mailTexts.password);
}

export function writeInvitationMail(
  speaking: Speaking,
  { workspace, inviter }: { readonly workspace: Workspace; readonly inviter: Account },
): WriteMail {
  return writer(speaking, mailTexts.invitation, {
    workspace: oneLine(workspace.name),
    inviter: oneLine(inviter.displayName),
  });
}

export function writeEmailMail(speaking: Speaking, account: Account): WriteMail {
  return writer(speaking, mailTexts.email, { name: oneLine(account.displayName) });
}

function writer(
  { language }: Speaking,
  { subject, text }: { readonly subject: Entry; readonly text: Entry },
  own: Holes = {},
): WriteMail {
  return ({ url, link }) => {
    const holes = {
      ...own,
      // Of the link, which begins with the address that people use.
      host: new URL(url.reveal()).host,
      url: url.reveal(),
      time: exactTime({ language }, link.expiresAt),
    };
    return {
      subject: sayPlainly(language, subject, holes),
      text: new Secret(`${sayPlainly(language, text, holes)}\n`),
    };
  };
}

/** Names are strangers' text: none begins a line of its own, or looks like a link at its place. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").slice(0, 100);
}
