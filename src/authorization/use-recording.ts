import type { Kysely } from "kysely";
import type { Caller, Operator } from "../model/caller.ts";
import type { RecordedUse } from "../model/recorded-use.ts";
import type { Requirement } from "../model/scope-set.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { insertRecordedUses } from "../storage/sql/tokens/token-recordings.ts";
import type { WorkspacePermission } from "./authorize.ts";

/** Stores what requests use of a token that somebody watches. */
export type UseRecording = {
  note(uses: readonly RecordedUse[]): void;
  /** Once all of it is stored. */
  idle(): Promise<void>;
};

type RecordingPorts = {
  readonly database: { readonly kysely: Kysely<Schema> };
  readonly interception?: Ports["interception"];
};

/** Undefined for nearly all: only a watched token has one, and all tokens in a stand-in. */
export function openUseRecording(
  { database, interception }: RecordingPorts,
  who: Caller | Operator,
): UseRecording | undefined {
  if (who.kind !== "account" || !("token" in who.credential)) return undefined;
  const { credential } = who;
  const stored = credential.isRecorded === true ? openStoredUses(database, credential.id) : undefined;
  if (interception === undefined) return stored;
  return {
    note(uses) {
      interception.noteUses(credential, uses);
      stored?.note(uses);
    },
    idle: async () => stored?.idle(),
  };
}

function openStoredUses({ kysely }: RecordingPorts["database"], id: Uuid): UseRecording {
  let pending: Promise<unknown> = Promise.resolve();
  return {
    note(uses) {
      pending = pending.then(() => insertRecordedUses(kysely, id, uses));
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
