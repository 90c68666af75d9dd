import type { Kysely } from "kysely";
import { tokenProblem } from "../../authentication/authenticate.ts";
import { digestOauthSecret } from "../../authentication/oauth/oauth-secrets.ts";
import {
  isRefreshToken,
  REFRESH_TOKEN_HEADER,
  REFRESH_TOKEN_LENGTH,
} from "../../authentication/oauth/refresh-token-text.ts";
import { digestToken, parsePasswordShape, TOKEN_LAYOUTS } from "../../authentication/token-text.ts";
import {
  findPathOf,
  type ScanLimits,
  type ScannedObject,
  scanNewObjects,
  withoutKnown,
} from "../../git/packs/scan-new-objects.ts";
import { maskTokens } from "../../model/mask-secrets.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { Secret } from "../../model/secret.ts";
import { TOKEN_NOUNS, type Token } from "../../model/token.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { Quarantine } from "../../storage/packs/pack-store.ts";
import { findConsumer } from "../../storage/sql/oauth/consumers.ts";
import { findGrant } from "../../storage/sql/oauth/grants.ts";
import { findRefreshToken } from "../../storage/sql/oauth/refresh-tokens.ts";
import type { Schema } from "../../storage/sql/schema.ts";

export type LeakPorts = Pick<Ports, "config" | "database" | "packs" | "clock" | "log" | "auditNotes">;

/** This guards against mistakes, not against somebody who hides a token: content beyond the limits is not searched. */
const LIMITS: ScanLimits = {
  objectBytesMin: Math.min(...TOKEN_LAYOUTS.map(({ length }) => length)),
  objectBytesMax: 1024 * 1024,
  totalBytesMax: 256 * 1024 * 1024,
  timeMsMax: 10_000,
};
/** Candidates that are looked up in the database for one push: texts with the form of a whole token. */
const CANDIDATES_MAX = 100;

const LAYOUTS = [...TOKEN_LAYOUTS, { header: REFRESH_TOKEN_HEADER, length: REFRESH_TOKEN_LENGTH }].map(
  ({ header, length }) => ({ header: Buffer.from(header), length }),
);

/** What is told of one: of a refresh token, it is the grant that is named. */
type Leaked = Pick<Token, "uuid" | "name" | "accountUuid"> & { readonly noun: string };

type Candidate = { readonly text: Secret; readonly id: ObjectId; readonly type: ScannedObject["type"] };

export type Pushed = {
  readonly tips: readonly ObjectId[];
  /** What the refs pointed at before: used to find the path of a leaked token. */
  readonly listKnown: () => Promise<readonly ObjectId[]>;
  readonly quarantine: Quarantine;
  /** All new objects in quarantine, if they have been read already. None of them is in the repository. */
  readonly received: Iterable<ScannedObject> | undefined;
  readonly by: By;
};

/**
 * Searches new content for a valid token of this server, of any kind: files and their names, commits and tags. Each one is written
 * to the log and to the audit log, where its owner sees it.
 *
 * @returns where the first one is, and how its owner can recognize it, in words for the pusher; never the token.
 * Undefined if there is none.
 */
export async function findLeakedToken(
  ports: LeakPorts,
  repository: Repository,
  { tips, listKnown, quarantine, received, by }: Pushed,
): Promise<string | undefined> {
  if (!ports.config.refusesLeakedTokens || tips.length === 0) return undefined;
  const options = {
    gitDir: quarantine.gitDir,
    objectFolder: quarantine.objectFolder,
    signal: by.signal,
  };
  const candidates = new Map<string, Candidate>();
  if (received === undefined) {
    const isComplete = await scanNewObjects(options, LIMITS, (object) => addCandidates(candidates, object));
    if (!isComplete)
      ports.log.warn({ "repository.full_name": fullName(repository) }, "push not wholly looked through");
  } else {
    for (const object of received) addCandidates(candidates, object);
  }
  const alive = await findAlive(ports, [...candidates.values()]);
  if (alive.length === 0) return undefined;
  const isNew =
    received === undefined ? await withoutKnown([...new Set(alive.map(({ id }) => id))], options) : undefined;
  const allLeaked = alive.filter(({ id }) => isNew?.has(id) ?? true);
  const leaked = allLeaked[0];
  if (leaked === undefined) return undefined;
  // The pusher has seen all of them: each owner is told, not only the owner of the token that is named.
  for (const { token } of new Map(allLeaked.map((each) => [each.token.uuid, each])).values()) {
    ports.log.warn(
      { "token.id": token.uuid, "repository.full_name": fullName(repository) },
      "push refused: it has a token in it",
    );
    ports.auditNotes.noteLeak(by.actor, token, repository);
  }
  const location = await describeLocation(leaked, async () =>
    findPathOf(leaked.id, tips, await listKnown(), options),
  );
  const isOwn = accountOf(by.caller)?.uuid === leaked.token.accountUuid;
  const whose = isOwn ? ` ("${maskTokens(leaked.token.name)}", id ${leaked.token.uuid.slice(0, 8)})` : "";
  return `${location} has an ${leaked.token.noun} of this server${whose} that works: revoke it, take it out of the commits, and push again`;
}

/** Adds texts that have the form of a whole token: header, length and checksum. An object may have several. */
function addCandidates(candidates: Map<string, Candidate>, { id, type, content }: ScannedObject): void {
  for (const { header, length } of LAYOUTS) {
    for (let at = content.indexOf(header); at !== -1; at = content.indexOf(header, at + header.length)) {
      if (candidates.size >= CANDIDATES_MAX) return;
      const text = new Secret(content.toString("latin1", at, at + length));
      if (parsePasswordShape(text).kind !== "token" && !isRefreshToken(text)) continue;
      candidates.set(`${digestToken(text).toString("hex")} ${id}`, { text, id, type });
    }
  }
}

async function findAlive({ database, clock }: LeakPorts, candidates: readonly Candidate[]) {
  const alive: (Candidate & { readonly token: Leaked })[] = [];
  for (const candidate of candidates) {
    const { text } = candidate;
    if (isRefreshToken(text)) {
      const token = await findLivingRefreshToken(database.kysely, text, clock());
      if (token !== undefined) alive.push({ ...candidate, token });
      continue;
    }
    const found = await database.lookups.findTokenByDigest(digestToken(text));
    if (found !== undefined && tokenProblem(found, clock()) === undefined)
      alive.push({ ...candidate, token: { ...found.token, noun: TOKEN_NOUNS[found.token.kind] } });
  }
  return alive;
}

/** One that was exchanged before counts: to send it ends what it came from, or is answered with what took its place. */
async function findLivingRefreshToken(
  db: Kysely<Schema>,
  text: Secret,
  now: Date,
): Promise<Leaked | undefined> {
  const token = await findRefreshToken(db, digestOauthSecret(text));
  const grant = token && (await findGrant(db, token.grantUuid));
  if (token === undefined || token.expiresAt <= now) return undefined;
  if (grant === undefined || grant.revokedAt !== undefined) return undefined;
  const consumer = grant.consumerUuid === undefined ? undefined : await findConsumer(db, grant.consumerUuid);
  return {
    uuid: grant.uuid,
    name: consumer?.name ?? "",
    accountUuid: grant.accountUuid,
    noun: "OAuth refresh token",
  };
}

async function describeLocation(
  { id, type }: Candidate,
  findPath: () => Promise<string | undefined>,
): Promise<string> {
  if (type === "tree") return "the name of a file";
  if (type !== "blob") return `the ${type} ${id.slice(0, 12)}`;
  const path = await findPath();
  return path === undefined ? `the file with id ${id.slice(0, 12)}` : maskTokens(path);
}
