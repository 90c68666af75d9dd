import type { CompiledQuery, Kysely } from "kysely";
import type { Account, EmailAlias } from "../../../model/account.ts";
import { ANONYMOUS, type Viewer } from "../../../model/caller.ts";
import type { Permission } from "../../../model/permission.ts";
import type { PullRequest } from "../../../model/pull-request.ts";
import type { Ref } from "../../../model/ref.ts";
import type { Repository } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import {
  addressKeys,
  confirmedEmailsQuery,
  emailsQuery,
  findAccountsByEmails,
  toAccount,
  toEmailAlias,
} from "../accounts/accounts.ts";
import { sessionByDigestQuery } from "../accounts/sessions.ts";
import {
  type InstallationWithAccount,
  installationByClientKeyQuery,
  toInstallationWithAccount,
} from "../apps/installations.ts";
import {
  type AdmissionState,
  admissionStateQuery,
  toAdmissionState,
} from "../permissions/admission-state.ts";
import { permissionOfRank, permissionQuery } from "../permissions/permissions.ts";
import { sessionStateQuery, toSessionAndAccount, toSessionState } from "../permissions/session-state.ts";
import { pullRequestByIdQuery, toPullRequest } from "../pull-requests/pull-request-rows.ts";
import { refLinesQuery, refsQuery, toRef } from "../refs/refs.ts";
import {
  detailsQuery,
  NO_DETAILS,
  type RepositoryDetails,
  toDetails,
} from "../repositories/repository-details.ts";
import { repositoryQuery, toRepository } from "../repositories/repository-rows.ts";
import type { Schema } from "../schema.ts";
import { type PackGeneration, packGenerationQuery, toPackGeneration } from "../stored-objects/packs.ts";
import { tokenByDigestQuery } from "../tokens/tokens.ts";
import { type FoundToken, toTokenAndAccount } from "./admission-rows.ts";

/** SQLite answers synchronously, PostgreSQL does not: always await it. */
export type Awaitable<T> = T | Promise<T>;

/**
 * The look-ups that nearly every request makes. Kysely builds and compiles a statement in about 34 µs; here that is done
 * once, and the database keeps the statement prepared.
 */
export type Lookups = {
  /** By SHA-256 of the token's text. The token may be expired or revoked, the account disabled. */
  findTokenByDigest(digest: Buffer): Awaitable<FoundToken | undefined>;
  /** By SHA-256 of the cookie's value. The session may have ended by its age, the account be disabled. */
  findSessionByDigest(digest: Buffer): Awaitable<ReturnType<typeof toSessionAndAccount> | undefined>;
  /** By the client key that a JWT names as its subject. It may be uninstalled, the account be disabled. */
  findInstallationByClientKey(clientKey: string): Awaitable<InstallationWithAccount | undefined>;
  findRepositoryBySlugs(
    workspace: WorkspaceSlug,
    repository: RepositorySlug,
  ): Awaitable<Repository | undefined>;
  findPullRequest(repositoryUuid: Uuid, id: number): Awaitable<PullRequest | undefined>;
  /** For a repository that has just been read; empty details if it has been deleted since. */
  getRepositoryDetails(repositoryUuid: Uuid, viewer: Viewer): Awaitable<RepositoryDetails>;
  /** For checking an admission again: the token and its account, the repository and the account's permission there. */
  getAdmissionState(tokenUuid: Uuid | undefined, repositoryUuid: Uuid | undefined): Awaitable<AdmissionState>;
  /** The same for an admission by a session. */
  getSessionState(sessionUuid: Uuid, repositoryUuid: Uuid | undefined): Awaitable<AdmissionState>;
  /** The permission by membership, regardless of public visibility. */
  findPermission(repositoryUuid: Uuid, accountUuid: Uuid): Awaitable<Permission>;
  /** Whether a look at the packs of a repository still holds. Undefined if there is no such repository. */
  findPackGeneration(repositoryUuid: Uuid): Awaitable<PackGeneration | undefined>;
  /** In the order of the names' bytes. */
  listRefs(repositoryUuid: Uuid): Awaitable<readonly Ref[]>;
  /** All refs as one text, `<id> <name>` a line, in the order of the names' bytes; empty if there are none. */
  listRefLines(repositoryUuid: Uuid): Awaitable<string>;
  /** The primary address first, then by address. */
  listEmails(accountUuid: Uuid): Awaitable<readonly EmailAlias[]>;
  /** The accounts behind confirmed addresses (in any case), by address in lower case. */
  findAccountsByEmails(addresses: readonly string[]): Awaitable<ReadonlyMap<string, Account>>;
};

/** Prepares a statement under a name; the values are those of its parameters, in their order. */
export type Prepare = <Row>(
  name: string,
  query: CompiledQuery<Row>,
) => (values: readonly unknown[]) => Awaitable<readonly Row[]>;

/** Placeholders for the values of a call while the statements are compiled. No real value is equal to one. */
const FIRST = "\0first";
const SECOND = "\0second";
const DIGEST = Buffer.alloc(0);
const MARKERS: readonly unknown[] = [FIRST, SECOND];

export function createLookups(db: Kysely<Schema>, prepare: Prepare): Lookups {
  const slugs = repositoryQuery(db).where("workspace.slug", "=", FIRST).where("repository.slug", "=", SECOND);
  const token = bind(prepare, "token_by_digest", tokenByDigestQuery(db, DIGEST).compile(), [DIGEST]);
  const repository = bind(prepare, "repository_by_slugs", slugs.compile(), MARKERS);
  const admissionState = bind(
    prepare,
    "admission_state",
    admissionStateQuery(db, FIRST, SECOND).compile(),
    MARKERS,
  );
  const session = bind(prepare, "session_by_digest", sessionByDigestQuery(db, DIGEST).compile(), [DIGEST]);
  const installation = bind(
    prepare,
    "installation_by_client_key",
    installationByClientKeyQuery(db, FIRST).compile(),
    MARKERS,
  );
  const sessionState = bind(
    prepare,
    "session_state",
    sessionStateQuery(db, FIRST, SECOND).compile(),
    MARKERS,
  );
  const permission = bind(prepare, "permission", permissionQuery(db, FIRST, SECOND).compile(), MARKERS);
  const publicDetails = bind(
    prepare,
    "public_details",
    detailsQuery(db, [FIRST], ANONYMOUS).compile(),
    MARKERS,
  );
  const second: Viewer = { kind: "account", accountUuid: SECOND as Uuid };
  const viewedDetails = bind(prepare, "viewed_details", detailsQuery(db, [FIRST], second).compile(), MARKERS);
  const pullRequest = bind(
    prepare,
    "pull_request_by_id",
    pullRequestByIdQuery(db, FIRST, SECOND).compile(),
    MARKERS,
  );
  const refs = bind(prepare, "refs", refsQuery(db, FIRST).compile(), MARKERS);
  const packGeneration = bind(prepare, "pack_generation", packGenerationQuery(db, FIRST).compile(), MARKERS);
  const refLines = bind(prepare, "ref_lines", refLinesQuery(db, FIRST), MARKERS);
  const emails = bind(prepare, "emails", emailsQuery(db, FIRST).compile(), MARKERS);
  const account = bind(prepare, "account_by_email", confirmedEmailsQuery(db, [FIRST]).compile(), MARKERS);
  return {
    findTokenByDigest: (digest) => then(token([digest]), ([row]) => row && toTokenAndAccount(row)),
    findRepositoryBySlugs: (workspaceSlug, repositorySlug) =>
      then(repository([workspaceSlug, repositorySlug]), ([row]) => row && toRepository(row)),
    findPullRequest: (repositoryUuid, id) =>
      then(pullRequest([repositoryUuid, id]), ([row]) => row && toPullRequest(row)),
    getRepositoryDetails(repositoryUuid, viewer) {
      const rows =
        viewer.kind === "anonymous"
          ? publicDetails([repositoryUuid])
          : viewer.bound === undefined
            ? viewedDetails([repositoryUuid, viewer.accountUuid])
            : // A bound has a variable number of values, so this statement is not prepared.
              detailsQuery(db, [repositoryUuid], viewer).execute();
      return then(rows, ([row]) => (row === undefined ? NO_DETAILS : toDetails(row)));
    },
    getAdmissionState: (tokenUuid, repositoryUuid) =>
      then(admissionState([tokenUuid ?? null, repositoryUuid ?? null]), toAdmissionState),
    findSessionByDigest: (digest) => then(session([digest]), ([row]) => row && toSessionAndAccount(row)),
    findInstallationByClientKey: (clientKey) =>
      then(installation([clientKey]), ([row]) => row && toInstallationWithAccount(row)),
    getSessionState: (sessionUuid, repositoryUuid) =>
      then(sessionState([sessionUuid, repositoryUuid ?? null]), toSessionState),
    findPermission: (repositoryUuid, accountUuid) =>
      then(permission([repositoryUuid, accountUuid]), ([row]) => permissionOfRank(row?.permission_rank)),
    findPackGeneration: (repositoryUuid) =>
      then(packGeneration([repositoryUuid]), ([row]) => row && toPackGeneration(row)),
    listRefs: (repositoryUuid) => then(refs([repositoryUuid]), (rows) => rows.map(toRef)),
    listRefLines: (repositoryUuid) => then(refLines([repositoryUuid]), ([row]) => row?.lines ?? ""),
    listEmails: (accountUuid) => then(emails([accountUuid]), (rows) => rows.map(toEmailAlias)),
    findAccountsByEmails(addresses) {
      const keys = addressKeys(addresses);
      // Prepared for one address only: most lists have one author, and most new pages one new author.
      if (keys.length > 1) return findAccountsByEmails(db, keys);
      const rows = keys.length === 0 ? [] : account(keys);
      return then(rows, (found) => new Map(found.map((row) => [row.address_key, toAccount(row)])));
    },
  };
}

/** A marker may occur several times in the statement, between constants. */
export function bind<Row>(
  prepare: Prepare,
  name: string,
  query: CompiledQuery<Row>,
  markers: readonly unknown[],
) {
  const run = prepare(name, query);
  const parameters = query.parameters.map((parameter) => ({
    constant: parameter,
    index: markers.indexOf(parameter),
  }));
  return (values: readonly unknown[]) =>
    run(parameters.map(({ constant, index }) => (index === -1 ? constant : values[index])));
}

export function then<T, R>(value: Awaitable<T>, map: (value: T) => R): Awaitable<R> {
  return value instanceof Promise ? value.then(map) : map(value);
}
