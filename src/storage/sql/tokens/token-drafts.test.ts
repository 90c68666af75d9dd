import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount, sampleToken } from "../../../../tests/support/examples/sample-model.ts";
import type { Session } from "../../../model/session.ts";
import type { TokenDraft } from "../../../model/token-draft.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { deleteSession, insertSession } from "../accounts/sessions.ts";
import {
  deleteOldTokenDrafts,
  findTokenDraft,
  finishTokenDraft,
  insertTokenDraft,
  moveTokenDrafts,
  updateTokenDraft,
} from "./token-drafts.ts";
import { insertToken } from "./tokens.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

describeDatabases("drafts of API tokens", (current) => {
  const ada = sampleAccount("ada");
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), ada);
  });

  async function storeSession(): Promise<Session> {
    const session: Session = {
      uuid: newUuid(),
      accountUuid: ada.uuid,
      createdAt: NOW,
      authenticatedAt: NOW,
      lastUsedAt: NOW,
      expiresAt: inMinutes(600),
      address: "192.0.2.1",
      client: "Firefox",
    };
    await insertSession(db(), session, createHash("sha256").update(randomBytes(8)).digest());
    return session;
  }

  async function storeDraft(session: Session, changes: Partial<TokenDraft> = {}): Promise<TokenDraft> {
    const draft: TokenDraft = {
      uuid: newUuid(),
      sessionUuid: session.uuid,
      name: "laptop",
      ageDays: 90,
      scopes: [],
      bound: undefined,
      expiresAt: inMinutes(60),
      tokenUuid: undefined,
      ...changes,
    };
    await insertTokenDraft(db(), draft);
    return draft;
  }

  const find = ({ uuid }: TokenDraft, { uuid: sessionUuid }: Session, now = NOW) =>
    findTokenDraft(db(), uuid, { sessionUuid, now });

  test("are found by their own session until they are forgotten, and end with it", async () => {
    const [session, other] = [await storeSession(), await storeSession()];
    const draft = await storeDraft(session, {
      scopes: ["read:repository:bitbucket", "read:me"],
      bound: { refs: ["refs/heads/*"] },
    });
    assert.deepEqual(await find(draft, session), draft);
    assert.equal(await find(draft, other), undefined);
    assert.equal(await find(draft, session, draft.expiresAt), undefined);
    await moveTokenDrafts(db(), session.uuid, other.uuid);
    assert.deepEqual(await find(draft, other), { ...draft, sessionUuid: other.uuid });
    await deleteSession(db(), other.uuid);
    assert.equal(await find(draft, other), undefined);
  });

  test("are changed by their own session, until the token is created, once", async () => {
    const [session, other] = [await storeSession(), await storeSession()];
    const draft = await storeDraft(session);
    const changed: TokenDraft = {
      ...draft,
      name: "ci",
      ageDays: 7,
      scopes: ["read:me"],
      bound: { workspaces: [newUuid()] },
    };
    assert.equal(await updateTokenDraft(db(), { ...changed, sessionUuid: other.uuid }), false);
    assert.equal(await updateTokenDraft(db(), changed), true);
    assert.deepEqual(await find(draft, session), changed);
    const token = sampleToken(ada);
    await insertToken(db(), token, createHash("sha256").update(randomBytes(8)).digest());
    assert.equal(await finishTokenDraft(db(), { ...draft, sessionUuid: other.uuid }, token.uuid), false);
    assert.equal(await finishTokenDraft(db(), draft, token.uuid), true);
    assert.equal(await finishTokenDraft(db(), draft, token.uuid), false);
    assert.equal(await updateTokenDraft(db(), draft), false);
    assert.equal((await find(draft, session))?.tokenUuid, token.uuid);
  });

  test("are few: the oldest go, and all that are forgotten", async () => {
    const [session, other] = [await storeSession(), await storeSession()];
    const forgotten = await storeDraft(other, { expiresAt: NOW });
    const kept = await storeDraft(other);
    const old = await storeDraft(session, { expiresAt: inMinutes(1) });
    const young = await storeDraft(session, { expiresAt: inMinutes(2) });
    await deleteOldTokenDrafts(db(), { sessionUuid: session.uuid, now: NOW, kept: 1 });
    assert.equal(await find(forgotten, other, inMinutes(-1)), undefined);
    assert.ok(await find(kept, other));
    assert.equal(await find(old, session), undefined);
    assert.ok(await find(young, session));
  });
});
