import assert from "node:assert/strict";
import { test } from "node:test";
import type { FastifyRequest } from "fastify";
import { callerAs, sampleAccount, sampleToken } from "../../../tests/support/examples/sample-model.ts";
import { ANONYMOUS, type Caller, type CallerCredential } from "../../model/caller.ts";
import { annotate } from "./request-log.ts";

const ada = sampleAccount("ada");
const session = callerAs(ada);
const token = sampleToken(ada);

function notesOf(caller: Caller): Record<string, unknown> {
  const request = { notes: {} } as FastifyRequest;
  annotate(request, caller);
  return request.notes;
}

test("who is calling is noted, and by which credential", () => {
  assert.deepEqual(notesOf(ANONYMOUS), { "caller.kind": "anonymous" });
  assert.deepEqual(notesOf(session), {
    "caller.kind": "account",
    "caller.account_id": ada.accountId,
    "credential.kind": "session",
    "credential.id": session.credential.id,
  });
});

test("an API token is noted under the name by which the command line looks it up", () => {
  const credential: CallerCredential = {
    kind: "api-token",
    id: token.uuid,
    scopes: { vocabulary: "api-token", granted: token.scopes },
    token,
    identity: undefined,
  };
  assert.deepEqual(notesOf({ ...session, credential }), {
    "caller.kind": "account",
    "caller.account_id": ada.accountId,
    "credential.kind": "api-token",
    "token.id": token.uuid,
  });
});
