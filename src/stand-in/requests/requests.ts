import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createAccessTokenCommandOf,
  createCommandOf,
  type LeastToken,
  leastToken,
} from "../../operations/tokens/least-token.ts";
import type { Interception, Ports, RequestOutcome } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findNamesOfUses } from "../../storage/sql/tokens/token-recordings.ts";
import { representHar } from "./har.ts";
import { recordRequest } from "./record-request.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { openUsedCredentials, type UsedCredential } from "./used-credentials.ts";

/** The newest are kept. */
export const REQUESTS_MAX = 2_000;
const BYTES_MAX = 32 * 1024 * 1024;
/** What a request takes beside its bodies. Estimated. */
const REQUEST_BYTES = 4_096;
const OPERATIONS_MAX = 1_000;

export type UnknownOperationCount = { readonly operation: string; readonly requests: number };

/** The narrowest token with which everything would have been let in that a token was used for. */
export type LeastTokenOf = LeastToken & {
  readonly token: Pick<UsedCredential["token"], "uuid" | "name" | "kind">;
  /** Makes such a token. Undefined for one that no single command makes. */
  readonly command: string | undefined;
};

export type Requests = {
  /** From the oldest on. */
  list(): readonly RecordedRequest[];
  /** The same as HTTP Archive 1.2, to be written to a file as JSON. */
  har(): ReturnType<typeof representHar>;
  /** How many have come, of which the oldest may not be kept any more. */
  readonly count: number;
  unknownOperations(): readonly UnknownOperationCount[];
  /** For each token that was used. What is gone by now (a repository, say) has no name, and is not among its limits. */
  leastTokens(): Promise<readonly LeastTokenOf[]>;
  clear(): void;
};

export type RequestRecorder = Requests & {
  record(request: IncomingMessage, response: ServerResponse): void;
  readonly observe: Interception["observe"];
  readonly noteUses: Interception["noteUses"];
};

export function openRequestRecorder({ clock, database }: Pick<Ports, "clock" | "database">): RequestRecorder {
  let recorded: RecordedRequest[] = [];
  let bytes = 0;
  let count = 0;
  const outcomes = new WeakMap<IncomingMessage, RequestOutcome>();
  const unknown = new Map<string, number>();
  const used = openUsedCredentials();

  function add(request: RecordedRequest): void {
    recorded.push(request);
    bytes += sizeOf(request);
    let dropped = 0;
    while (recorded.length - dropped > REQUESTS_MAX || bytes > BYTES_MAX) {
      bytes -= sizeOf(recorded[dropped]!);
      dropped += 1;
    }
    if (dropped > 0) recorded = recorded.slice(dropped);
  }

  /** In the order in which they came: they end in any order. */
  function list(): readonly RecordedRequest[] {
    return recorded.toSorted((one, other) => one.id - other.id);
  }

  return {
    record(request, response) {
      count += 1;
      const [id, startedAt] = [count, clock()];
      recordRequest(request, response, (wire) => {
        const { route, notes = {} } = outcomes.get(request) ?? {};
        add({
          ...wire,
          id,
          startedAt,
          route: route === "none" ? undefined : route,
          accountId: textOf(notes["caller.account_id"]),
          credentialKind: textOf(notes["credential.kind"]),
          credentialId: textOf(notes["token.id"] ?? notes["credential.id"]),
        });
      });
    },
    observe(request, outcome) {
      outcomes.set(request, outcome);
      const operation = textOf(outcome.notes.unknown_operation);
      if (operation !== undefined && (unknown.has(operation) || unknown.size < OPERATIONS_MAX))
        unknown.set(operation, (unknown.get(operation) ?? 0) + 1);
    },
    noteUses: used.note,
    list,
    har: () => representHar(list()),
    get count() {
      return count;
    },
    unknownOperations: () =>
      [...unknown]
        .map(([operation, requests]) => ({ operation, requests }))
        .sort((one, other) => other.requests - one.requests),
    leastTokens: () => Promise.all(used.list().map((each) => leastTokenOf(database, each))),
    clear() {
      recorded = [];
      bytes = 0;
      unknown.clear();
      used.clear();
    },
  };
}

function sizeOf({ requestBody, responseBody }: RecordedRequest): number {
  return REQUEST_BYTES + 2 * ((requestBody.text?.length ?? 0) + (responseBody.text?.length ?? 0));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function leastTokenOf(
  { kysely }: Ports["database"],
  { token, uses }: UsedCredential,
): Promise<LeastTokenOf> {
  const least = leastToken(uses, await findNamesOfUses(kysely, uses));
  const name = `${token.name}, least`;
  const address =
    token.kind === "api-token" ? (await listEmails(kysely, token.accountUuid))[0]?.address : undefined;
  const isUsed = least.scopes.length + least.oauthScopes.length > 0;
  const command =
    token.kind === "api-token"
      ? createCommandOf(least, address ?? token.accountUuid, name)
      : token.kind === "access-token"
        ? createAccessTokenCommandOf(least, name)
        : undefined;
  const { uuid, kind } = token;
  return { ...least, token: { uuid, name: token.name, kind }, command: isUsed ? command : undefined };
}
