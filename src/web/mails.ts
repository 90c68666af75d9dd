import type { ExpiryMail } from "../jobs/token-expiry-notices.ts";
import type { Mail } from "../mail/mailer.ts";
import { resourceName, type TokenResource } from "../model/access-token.ts";
import type { Account } from "../model/account.ts";
import { Secret } from "../model/secret.ts";
import type { Workspace } from "../model/workspace.ts";
import type { WriteMail } from "../operations/accounts/one-time-links.ts";
import { mailTexts } from "./catalogue/mails.ts";
import { plainText } from "./html.ts";
import { exactTime } from "./layout/time.ts";
import { projectPath, repositoryPath, workspacePath } from "./links.ts";
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

const EXPIRY_LANGUAGES = ["en", "ja"] as const;

/** In all languages, since nobody's page sends it. */
export function writeExpiryMail({
  tokens,
  recipient,
  resource,
  baseUrl,
}: ExpiryMail): Pick<Mail, "subject" | "text"> {
  const url = `${baseUrl}${resource === undefined ? "/-/settings/api-tokens" : accessTokensPath(resource)}`;
  const of = resource === undefined ? "" : resourceName(resource);
  const holes = { n: tokens.length, host: new URL(url).host, url, of, recipient: oneLine(recipient) };
  const { text } = resource === undefined ? mailTexts.expiry : mailTexts.accessTokenExpiry;
  const texts = EXPIRY_LANGUAGES.map((language) => {
    const lines = tokens.map(
      ({ uuid, name, expiresAt }) =>
        `* ${oneLine(name)} (${uuid.slice(0, 8)}): ${plainText(exactTime({ language }, expiresAt))}`,
    );
    return sayPlainly(language, text, { ...holes, tokens: lines.join("\n") });
  });
  return {
    subject: sayPlainly("en", mailTexts.expiry.subject, holes),
    text: new Secret(`${texts.join("\n\n--\n\n")}\n`),
  };
}

/** The page on which access tokens of a resource are made and rotated. */
function accessTokensPath(resource: TokenResource): string {
  switch (resource.kind) {
    case "repository":
      return repositoryPath(resource.repository, "admin", "access-tokens");
    case "project":
      return `${projectPath(resource.workspace, resource.project)}/access-tokens`;
    case "workspace":
      return workspacePath(resource.workspace, "settings", "access-tokens");
  }
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
