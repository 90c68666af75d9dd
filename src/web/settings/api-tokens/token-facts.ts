import type { TokenWithHistory } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { timeAgo } from "../../layout/time.ts";
import type { AccountPageRequest } from "../../page.ts";

/** By which people tell tokens apart: the beginning of the id, never of the token. */
const SHORT_ID_LENGTH = 8;

export function shortId(uuid: Uuid): string {
  return uuid.slice(0, SHORT_ID_LENGTH);
}

export function isLiving({ revokedAt, expiresAt }: TokenWithHistory, now: Date): boolean {
  return revokedAt === undefined && expiresAt > now;
}

/** It has no successor yet, and was not derived: who holds its parent derives another one. */
export function isRotatable({ successorUuid, parentUuid }: TokenWithHistory): boolean {
  return successorUuid === undefined && parentUuid === undefined;
}

/** When a token that has ended did so. */
export function endOf({ revokedAt, expiresAt }: TokenWithHistory): Date {
  return revokedAt !== undefined && revokedAt < expiresAt ? revokedAt : expiresAt;
}

/** When, from where and with what a token was last used. */
export function lastUse(request: AccountPageRequest, { lastUsedAt, lastUsedFrom }: TokenWithHistory): Html {
  if (lastUsedAt === undefined) return html`<span class="dim">${request.t(tokenTexts.never)}</span>`;
  return html`${timeAgo(request, lastUsedAt)}${lastUsedFrom !== undefined && html`<span class="sub">${originOf(lastUsedFrom)}</span>`}`;
}

function originOf({ address, client }: NonNullable<TokenWithHistory["lastUsedFrom"]>): Html {
  return html`<span class="m">${address}</span>${client !== undefined && html` · ${client}`}`;
}

/** Why a token ended, in a few words. */
export function whyEnded({ t, account }: AccountPageRequest, token: TokenWithHistory): Html {
  const texts = tokenTexts.ended;
  if (endOf(token) !== token.revokedAt)
    return t(token.successorUuid === undefined ? texts.expired : texts.rotated);
  const { revokedBy } = token;
  switch (revokedBy?.kind) {
    case undefined:
      return t(texts.revoked);
    case "operator":
      return t(texts.byOperator);
    case "holder":
      return html`<span class="bad">${t(texts.byHolder)}</span>`;
    case "account":
      return revokedBy.accountUuid === account.uuid
        ? t(texts.byYou)
        : t(texts.byAccount, { name: html`<bdi>${revokedBy.displayName}</bdi>` });
  }
}
