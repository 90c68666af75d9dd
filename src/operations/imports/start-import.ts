import type { Kysely } from "kysely";
import { type ImportSource, SourceRefusal } from "../../imports/import-source.ts";
import { openRemoteSource } from "../../imports/remote-source.ts";
import { shownUrl } from "../../imports/source-url.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { ImportOutcome, RepositoryImport } from "../../model/repository-import.ts";
import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { knownFailure } from "../../storage/known-failure.ts";
import {
  cancelRunningImport,
  countRunningImports,
  deleteEndedImport,
  finishImport,
  type ImportProgress,
  insertImport,
  recordImported,
  renewImport,
} from "../../storage/sql/imports/repository-imports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { PushPorts } from "../refs/push.ts";
import { type NewRepository, slugTaken } from "../repositories/repositories.ts";
import { importNew } from "./import-repository.ts";

export type ImportPorts = PushPorts &
  Pick<Ports, "config" | "database" | "clock" | "newUuid" | "packs" | "backgroundWork" | "log">;

/** Each holds a connection, a process of git, and a pack on disk. */
export const IMPORTS_OF_ACCOUNT_MAX = 2;
export const IMPORTS_MAX = 8;

/** The time that an import may take, which nobody waits for. */
const IMPORT_MS_MAX = 6 * 3_600_000;
/** How long the source may send nothing. */
const STALL_MS_MAX = 60_000;
/**
 * An import that is running after its deadline was cut off with its server, so that everybody can tell without asking
 * that server. The server moves the deadline as long as it works on it.
 */
const DEADLINE_MS = 30_000;
/** How often progress is recorded, and whether it was cancelled asked. */
const RENEWAL_MS = 1_000;
const TEXT_LENGTH_MAX = 1_000;
const LEFT_OUT_MAX = 50;

export type ImportInput = {
  readonly url: URL;
  /** `user:password`. In memory only, until the source has been read. */
  readonly credentials: Secret | undefined;
  readonly repository: NewRepository & { readonly name: string; readonly isPrivate: boolean };
};

/**
 * Begins to import a repository from a URL, and returns at once. The repository is there once everything is stored, and
 * not before.
 *
 * @returns the import's id, by which its progress can be asked for.
 * @throws Failure invalid-input if the name is taken, throttled if too many imports are running.
 */
export async function startImport(ports: ImportPorts, by: By, input: ImportInput): Promise<Uuid> {
  const { repository } = input;
  const account = requireAccount(by.caller);
  const now = ports.clock();
  const begun = {
    uuid: ports.newUuid(),
    workspaceUuid: repository.workspace.uuid,
    projectUuid: repository.project.uuid,
    accountUuid: account.uuid,
    slug: repository.slug,
    name: repository.name,
    isPrivate: repository.isPrivate,
    source: shownUrl(input.url),
    createdAt: now,
    deadlineAt: new Date(now.getTime() + DEADLINE_MS),
  };
  await by.transaction(async (tx) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    await requireRoom(tx, account.uuid, now);
    const selector = { uuid: begun.workspaceUuid };
    if ((await findRepository(tx, selector, { slug: begun.slug })) !== undefined) throw slugTaken(repository);
    await insertImport(tx, begun);
  });
  ports.backgroundWork.start((closing) => runImport(ports, by, begun, input, closing));
  return begun.uuid;
}

async function requireRoom(tx: Kysely<Schema>, accountUuid: Uuid, now: Date): Promise<void> {
  const running = await countRunningImports(tx, accountUuid, now);
  if (running.ofAccount >= IMPORTS_OF_ACCOUNT_MAX)
    throw new Failure("throttled", `Cannot import: ${IMPORTS_OF_ACCOUNT_MAX} of your imports are running`);
  if (running.all >= IMPORTS_MAX)
    throw new Failure("throttled", `Cannot import: ${IMPORTS_MAX} imports are running on this server`);
}

type Progress = { -readonly [field in keyof ImportProgress]: ImportProgress[field] };

async function runImport(
  ports: ImportPorts,
  by: By,
  { uuid }: Pick<RepositoryImport, "uuid">,
  { url, credentials, repository }: ImportInput,
  closing: AbortSignal,
): Promise<void> {
  const { kysely } = ports.database;
  const progress: Progress = { step: "connecting", receivedBytes: 0, refCount: undefined };
  const ending = new AbortController();
  const late = AbortSignal.timeout(IMPORT_MS_MAX);
  const signal = AbortSignal.any([closing, ending.signal, late]);
  const renewal = setInterval(() => {
    renewImport(kysely, uuid, progress, { now: ports.clock(), timeLeftMs: DEADLINE_MS }).then(
      (goesOn) => {
        if (!goesOn) ending.abort();
      },
      (error: unknown) => ports.log.warn({ err: error }, "the progress of an import was not recorded"),
    );
  }, RENEWAL_MS);
  try {
    const source = await openRemoteSource(url, {
      mayReachPrivateAddresses: ports.config.mayImportFromPrivateAddresses,
      stallMsMax: STALL_MS_MAX,
      credentials,
      signal,
    });
    progress.refCount = source.refs.length;
    const confirm = async (tx: Kysely<Schema>, { uuid: repositoryUuid }: Repository) => {
      if (!(await finishImport(tx, uuid, { kind: "done", repositoryUuid }, ports.clock()))) throw cutOff();
    };
    const wanted = countBytes(source, progress);
    const { refs, refused } = await importNew(ports, { ...by, signal }, repository, wanted, { confirm });
    const leftOut = [...source.warnings, ...refused.map((ref) => `left out ${ref.name}: ${ref.refused}`)];
    await recordImported(kysely, uuid, {
      receivedBytes: progress.receivedBytes,
      refCount: refs.length,
      leftOut: leftOut.slice(0, LEFT_OUT_MAX),
    });
  } catch (error) {
    const outcome = outcomeOf(error, { closing, ending: ending.signal, late });
    if (outcome.kind === "failed" && outcome.problem === "bug")
      ports.log.error({ err: error }, "bug in an import");
    await finishImport(kysely, uuid, outcome, ports.clock()).catch((notStored: unknown) =>
      // Once its time is up, the import counts as cut off.
      ports.log.warn({ err: notStored }, "the end of an import was not recorded"),
    );
  } finally {
    clearInterval(renewal);
  }
}

/** The same source, whose bytes are counted. */
function countBytes(source: ImportSource, progress: Progress): ImportSource {
  return {
    ...source,
    openPack(options) {
      const pack = source.openPack(options);
      progress.step = "receiving";
      return {
        close: () => pack.close(),
        async *read() {
          for await (const bytes of pack.read()) {
            progress.receivedBytes += bytes.length;
            yield bytes;
          }
          progress.step = "storing";
        },
      };
    },
  };
}

type Ends = {
  readonly closing: AbortSignal;
  /** Cancelled, or nobody's any more. */
  readonly ending: AbortSignal;
  readonly late: AbortSignal;
};

function outcomeOf(
  error: unknown,
  { closing, ending, late }: Ends,
): Exclude<ImportOutcome, { kind: "running" | "done" }> {
  if (closing.aborted) return { kind: "failed", problem: "cut-off", text: "" };
  if (ending.aborted) return { kind: "cancelled" };
  if (late.aborted) return { kind: "failed", problem: "timed-out", text: "" };
  const failure = knownFailure(error);
  if (failure === undefined) return { kind: "failed", problem: "bug", text: "" };
  return { kind: "failed", problem: problemOf(failure), text: failure.message.slice(0, TEXT_LENGTH_MAX) };
}

function problemOf(failure: Failure): Extract<ImportOutcome, { kind: "failed" }>["problem"] {
  if (failure instanceof SourceRefusal) return failure.problem;
  if (failure.details.fields?.name !== undefined) return "name-taken";
  switch (failure.kind) {
    case "timed-out":
      return "cut-off";
    case "too-large":
      return "too-large";
    case "hidden":
    case "not-found":
    case "permission-missing":
    case "credential-invalid":
      return "access-lost";
    default:
      return "other";
  }
}

/** For its own transaction, which is undone: the import was cancelled, or its time was up. */
function cutOff(): Failure {
  return new Failure("timed-out", "Cannot import: the import was cut off before it was done");
}

/** Asks a running import to end. What it has received is discarded. @returns false if it has ended already. */
export async function cancelImport(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid }: RepositoryImport,
): Promise<boolean> {
  return by.transaction((tx) => cancelRunningImport(tx, uuid, clock()));
}

/**
 * Deletes what is known of an import that has ended. A repository that it has created stays.
 *
 * @throws Failure conflict if it is running.
 */
export async function forgetImport(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid }: RepositoryImport,
): Promise<void> {
  const isDeleted = await by.transaction((tx) => deleteEndedImport(tx, uuid, clock()));
  if (!isDeleted) throw new Failure("conflict", "Cannot delete the import: it is running");
}
