import type { FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import type { Caller } from "../../model/caller.ts";
import type { Ports } from "../../ports.ts";
import type { BaseUrls } from "../../representations/links.ts";
import type { DatabaseVersion } from "../../storage/sql/lookups/request-lookups.ts";

/**
 * Caches JSON that was written for an admitted caller, for the next request of the same caller for the same URL, until
 * something is committed to the database. It is looked up after the checks, so each request has been admitted by then.
 */
export type CachedAnswers = {
  find(asked: AskedAnswer): Buffer | undefined;
  /** For an answer with status 200 that depends only on the request, the database, and objects, which never change. */
  put(asked: AskedAnswer, json: Buffer): void;
};

/** Everything on which such an answer depends. */
export type AskedAnswer = {
  /** The version of the database when the request arrived. */
  readonly version: DatabaseVersion;
  /** Path and query. */
  readonly target: string;
  readonly baseUrls: BaseUrls;
  readonly caller: Caller;
};

const BYTES_MAX = 16 * 1024 * 1024;
const ENTRY_BYTES_MAX = 2 * 1024 * 1024;
/** The memory that an entry needs beside its answer. Estimated. */
const ENTRY_BYTES = 512;
/**
 * A larger answer is cached only when it is written for the second time: most are pages that a client reads once, and
 * caching each of them would burden the garbage collector.
 */
const ONCE_BYTES_MAX = 16 * 1024;
/** The number of answers that are noted as written once. */
const WRITTEN_MAX = 4_096;

export function openCachedAnswers({ metrics }: Pick<Ports, "metrics">): CachedAnswers {
  const answers = new LRUCache<string, Buffer>({
    maxSize: BYTES_MAX,
    maxEntrySize: ENTRY_BYTES_MAX,
    sizeCalculation: (json, key) => ENTRY_BYTES + 2 * key.length + json.length,
  });
  const written = new LRUCache<string, true>({ max: WRITTEN_MAX });
  let version: DatabaseVersion | undefined;

  function dropStale(current: DatabaseVersion): void {
    if (current === version) return;
    answers.clear();
    written.clear();
    version = current;
  }

  return {
    find(asked) {
      dropStale(asked.version);
      const json = answers.get(keyOf(asked));
      if (json !== undefined) metrics.countCachedAnswer();
      return json;
    },
    put(asked, json) {
      // Something has been committed since the request arrived, and may be in a part of the answer only.
      if (asked.version !== version) return;
      const key = keyOf(asked);
      if (json.length > ONCE_BYTES_MAX && !written.has(key)) written.set(key, true);
      else answers.set(key, json);
    },
  };
}

/** No part of a key has a space in it. */
function keyOf({ target, baseUrls, caller }: AskedAnswer): string {
  return `${viewerKey(caller)} ${baseUrls.api} ${target}`;
}

/** Only the same credential may see what a credential with a bound sees. */
function viewerKey(caller: Caller): string {
  if (caller.kind === "anonymous") return "";
  const { account, credential } = caller;
  const { bound, id } = credential;
  // By time alone, another workspace may begin to refuse it: its policy has a date.
  if (bound === undefined) return account.uuid;
  // From one address the private content of a workspace may be open, and from another closed.
  const closed = bound.privateRefusals?.map(({ workspaceUuid }) => workspaceUuid);
  return `${id},${bound.refusedBy ?? ""},${closed ?? ""}`;
}

/** The key of an answer; undefined if the database has no version. */
export function askedAnswer(
  { databaseVersion, url }: Pick<FastifyRequest, "databaseVersion" | "url">,
  caller: Caller,
  baseUrls: BaseUrls,
): AskedAnswer | undefined {
  return databaseVersion === undefined
    ? undefined
    : { version: databaseVersion, target: url, baseUrls, caller };
}
