import { Failure } from "../../../model/failure.ts";
import type { TokenDraft } from "../../../model/token-draft.ts";
import { parseUuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import { findTokenDraft } from "../../../storage/sql/tokens/token-drafts.ts";
import { type AccountPageRequest, type PageAnswer, redirect } from "../../page.ts";
import { NEW_TOKEN_PATH, shownAlreadyPath } from "./token-paths.ts";

/** A draft whose token has not been created. */
export type OpenDraft = TokenDraft & { readonly tokenUuid: undefined };

/**
 * The draft in the address, of this session; or where one goes instead: to the token that was created of it, or, if it is
 * forgotten, to a new one. A draft of another session is not told from one that never was.
 */
export async function draftOf(
  { database }: Pick<Ports, "database">,
  { params, session, now }: AccountPageRequest,
): Promise<OpenDraft | PageAnswer> {
  const uuid = parseUuid(params.draft ?? "");
  if (uuid === undefined) throw new Failure("not-found", "There is no such draft of a token");
  const draft = await findTokenDraft(database.kysely, uuid, { sessionUuid: session.uuid, now });
  if (draft === undefined) return redirect(NEW_TOKEN_PATH);
  const { tokenUuid } = draft;
  return tokenUuid === undefined ? { ...draft, tokenUuid } : redirect(shownAlreadyPath(tokenUuid));
}

export function isDraft(found: OpenDraft | PageAnswer): found is OpenDraft {
  return "uuid" in found;
}
