import type { Uuid } from "../../../model/uuid.ts";

export const TOKENS_PATH = "/-/settings/api-tokens";
export const NEW_TOKEN_PATH = `${TOKENS_PATH}/new`;

/** A page about one token: its facts, or a question. */
export function tokenPath(uuid: Uuid, question?: "rotate" | "revoke"): string {
  return question === undefined ? `${TOKENS_PATH}/${uuid}` : `${TOKENS_PATH}/${uuid}/${question}`;
}

/** Where somebody ends who asks a second time for a token that was shown. */
export function shownAlreadyPath(uuid: Uuid): string {
  return `${tokenPath(uuid)}?shown`;
}

/** A step in the creation of a token. */
export function draftPath(uuid: Uuid, step?: "scopes" | "review" | "limits"): string {
  return step === undefined ? `${NEW_TOKEN_PATH}/${uuid}` : `${NEW_TOKEN_PATH}/${uuid}/${step}`;
}
