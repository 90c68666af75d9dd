import type { Kysely } from "kysely";
import type { Caller, Operator } from "../model/caller.ts";
import type { RecordedUse } from "../model/recorded-use.ts";
import type { Requirement } from "../model/scope-set.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { insertRecordedUses } from "../storage/sql/tokens/token-recordings.ts";
import type { WorkspacePermission } from "./authorize.ts";

/** Stores what requests use of a token that somebody watches. */
export type UseRecording = {
  note(uses: readonly RecordedUse[]): void;
  /** Once all of it is stored. */
  idle(): Promise<void>;
};

/** Undefined for nearly all: only a watched token has one. */
export function openUseRecording(
  { database }: { readonly database: { readonly kysely: Kysely<Schema> } },
  who: Caller | Operator,
): UseRecording | undefined {
  if (who.kind !== "account" || !("token" in who.credential) || who.credential.isRecorded !== true)
    return undefined;
  const { id } = who.credential;
  let pending: Promise<unknown> = Promise.resolve();
  return {
    note(uses) {
      pending = pending.then(() => insertRecordedUses(database.kysely, id, uses));
      // Whoever waits for it is told.
      pending.catch(() => {});
    },
    async idle() {
      await pending;
    },
  };
}

/** The scopes in both vocabularies: what is watched with a token of one kind may go on with one of another. */
export function scopeUses({ apiTokenScopes, oauthScopes }: Requirement): readonly RecordedUse[] {
  return [
    ...apiTokenScopes.map((value) => ({ kind: "api-token-scope", value }) as const),
    ...oauthScopes.map((value) => ({ kind: "oauth-scope", value }) as const),
  ];
}

export function workspaceUse(
  { uuid }: { readonly uuid: RecordedUse["value"] },
  permission: WorkspacePermission,
): RecordedUse {
  return { kind: permission === "see" ? "seen-workspace" : "workspace", value: uuid } as RecordedUse;
}
