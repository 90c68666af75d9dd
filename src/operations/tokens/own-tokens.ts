import type { Kysely } from "kysely";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import type { Session } from "../../model/session.ts";
import { type ApiToken, LIVING_TOKENS_MAX } from "../../model/token.ts";
import { TOKEN_DRAFT_AGE_MS_MAX, TOKEN_DRAFTS_MAX, type TokenDraft } from "../../model/token-draft.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  deleteOldTokenDrafts,
  findTokenDraft,
  finishTokenDraft,
  insertTokenDraft,
  updateTokenDraft,
} from "../../storage/sql/tokens/token-drafts.ts";
import { countLivingTokens, hasLivingTokenNamed } from "../../storage/sql/tokens/token-history.ts";
import { findTokenByUuid } from "../../storage/sql/tokens/tokens.ts";
import {
  prepareToken,
  type Rotation,
  revokeApiToken,
  rotateApiToken,
  type TokenPorts,
} from "./api-tokens.ts";

/** What people do with their own tokens. A token of somebody else is answered like one that does not exist. */

type DraftFields = Pick<TokenDraft, "name" | "ageDays" | "scopes" | "bound">;

export async function startTokenDraft(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  session: Session,
  fields: Omit<DraftFields, "bound">,
): Promise<TokenDraft> {
  const now = clock();
  const draft: TokenDraft = {
    ...fields,
    bound: undefined,
    uuid: newUuid(),
    sessionUuid: session.uuid,
    expiresAt: new Date(now.getTime() + TOKEN_DRAFT_AGE_MS_MAX),
    tokenUuid: undefined,
  };
  await by.transaction(async (tx) => {
    await deleteOldTokenDrafts(tx, { sessionUuid: session.uuid, now, kept: TOKEN_DRAFTS_MAX - 1 });
    await insertTokenDraft(tx, draft);
  });
  return draft;
}

/** @throws Failure conflict if its token has been created. */
export async function changeTokenDraft(
  { clock }: Pick<Ports, "clock">,
  by: By,
  draft: TokenDraft,
  fields: Partial<DraftFields>,
): Promise<void> {
  const expiresAt = new Date(clock().getTime() + TOKEN_DRAFT_AGE_MS_MAX);
  await by.transaction(async (tx) => {
    if (!(await updateTokenDraft(tx, { ...draft, ...fields, expiresAt }))) throw alreadyCreated();
  });
}

/**
 * Creates the token of a draft. Returns its text, this once: the draft makes no second one.
 *
 * @throws Failure conflict if it has been created; invalid-input that names the wrong field.
 */
export async function createTokenOfDraft(
  ports: TokenPorts,
  by: By,
  { uuid, sessionUuid }: TokenDraft,
): Promise<{ readonly text: Secret; readonly token: ApiToken }> {
  const account = requireAccount(by.caller);
  const now = ports.clock();
  return by.transaction(
    async (tx, record) => {
      const draft = await findTokenDraft(tx, uuid, { sessionUuid, now });
      if (draft === undefined) throw new Failure("not-found", "There is no such draft of a token");
      if (draft.tokenUuid !== undefined) throw alreadyCreated();
      const { name, scopes, ageDays, bound } = draft;
      const { text, token, store } = prepareToken(ports, {
        accountUuid: account.uuid,
        name,
        scopes,
        ageDays,
        bound,
      });
      if (await hasLivingTokenNamed(tx, account.uuid, { name, now }))
        throw invalidField("name", "another valid token has this name");
      await requireRoom(tx, account.uuid, { now, max: LIVING_TOKENS_MAX });
      await store(tx, record);
      if (!(await finishTokenDraft(tx, draft, token.uuid))) throw alreadyCreated();
      return { text, token };
    },
    // One after another, so that the tokens of an account are counted as they will be.
    { subject: account.uuid },
  );
}

function alreadyCreated(): Failure {
  return new Failure("conflict", "The token of this draft has been created and shown");
}

/** @throws Failure conflict if the account has so many valid tokens. */
export async function requireRoom(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { now, max }: { readonly now: Date; readonly max: number },
): Promise<void> {
  if ((await countLivingTokens(db, accountUuid, now)) < max) return;
  throw new Failure(
    "conflict",
    `Cannot create the token: the account has ${max} valid ones, which is the limit`,
  );
}

/** @throws Failure not-found, and as `rotateApiToken` does. */
export async function rotateOwnToken(
  ports: TokenPorts,
  by: By,
  uuid: Uuid,
  overlapMinutes: number,
): Promise<Rotation> {
  const token = await getOwnToken(ports, by, uuid);
  // A repeated rotation makes no further token. Each token may have a successor beside it.
  if (token.successorUuid === undefined)
    await requireRoom(ports.database.kysely, token.accountUuid, {
      now: ports.clock(),
      max: 2 * LIVING_TOKENS_MAX,
    });
  return rotateApiToken(ports, by, uuid, overlapMinutes);
}

/** @throws Failure not-found. */
export async function revokeOwnToken(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  uuid: Uuid,
): Promise<ApiToken> {
  await getOwnToken(ports, by, uuid);
  return revokeApiToken(ports, by, uuid);
}

/** Whose a token is never changes, so it need not be asked again in the transaction. */
export async function getOwnToken(
  { database }: Pick<Ports, "database">,
  by: By,
  uuid: Uuid,
): Promise<ApiToken> {
  const token = await findTokenByUuid(database.kysely, uuid);
  if (token === undefined || token.accountUuid !== requireAccount(by.caller).uuid)
    throw new Failure("not-found", "There is no such token");
  return token;
}
