import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { cacheFolder } from "./config/cache-folder.ts";
import type { Config, ObjectStoreSettings } from "./config/config.ts";
import { DEFAULTS } from "./config/settings.ts";
import { openCommitGraphs } from "./git/history/commit-graph.ts";
import { openObjectReader } from "./git/objects/object-reader.ts";
import { openProcessSlots, type ProcessSlots } from "./git/process/process-slots.ts";
import { openBackgroundWork } from "./jobs/background-work.ts";
import { openMaintenance } from "./jobs/maintenance.ts";
import { openFailedAuthenticationLimiter } from "./limits/failed-authentication-limiter.ts";
import { openRateLimits } from "./limits/rate-limits.ts";
import { openSignInLimiter } from "./limits/sign-in-limiter.ts";
import { openSmtpMailer } from "./mail/smtp-mailer.ts";
import { type Metrics, NO_METRICS } from "./metrics/metrics.ts";
import type { Uuid } from "./model/uuid.ts";
import type { Ports } from "./ports.ts";
import { openByteCache } from "./storage/byte-cache.ts";
import { type Content, openContent } from "./storage/content/open-content.ts";
import { holdsContent, requireRestored } from "./storage/data-folder/data-folder.ts";
import { openDiskReserve } from "./storage/data-folder/disk-reserve.ts";
import { openDiskFetchResponses } from "./storage/fetch-responses/disk-fetch-responses.ts";
import type { ObjectStore } from "./storage/object-store/object-store.ts";
import { readAgain } from "./storage/packs/stored/read-again.ts";
import { openAuditNotes } from "./storage/sql/audit/audit-notes.ts";
import { openUnknownOperationCounter } from "./storage/sql/audit/unknown-operation-counter.ts";
import { openDatabaseClock } from "./storage/sql/database-clock.ts";
import { shareLimits } from "./storage/sql/limits/share-limits.ts";
import { openDatabase } from "./storage/sql/open-database.ts";
import { createOutboxSignal } from "./storage/sql/webhooks/outbox-signal.ts";
import { openWorkspaceActivity } from "./storage/sql/workspaces/workspace-activity.ts";

/** Each slot is two processes, with the memory that a pack in the making takes. */
const SLOTS_MAX = 16;
/** The fewest of a process: with less there would be no room for the shares below. */
const SLOTS_MIN = 4;
/** Of one account. A repository may have more, so that one client cannot keep all others from it, and never all. */
const ACCOUNT_SHARE = 3 / 4;
const REPOSITORY_SHARE = 7 / 8;
/** For the commit graphs of all repositories in use: 64 bytes a commit, so that those of the largest projects are kept too. */
const GRAPH_BYTES_MAX = 128 * 1024 * 1024;
const REF_ANSWERS_BYTES_MAX = 8 * 1024 * 1024;
const SMALL_RESPONSES_BYTES_MAX = 16 * 1024 * 1024;
const WAITING_MAX = 1_000;
const WAIT_MS_MAX = 60_000;

/** One process has no use for more, unless it is told so. */
const PROCESS_CONNECTIONS_MAX = 10;

export type OpenOptions = {
  /** For the restore itself: nobody else opens a data folder that is not complete. */
  readonly isRestoring?: boolean;
  /**
   * For a command, which may need nothing but rows: the object store is first asked, and keys are first opened, when they are
   * needed. Such a process shares no limits with others.
   */
  readonly isStoreLate?: boolean;
  /** Not for who looks for damage himself, or comes after somebody who has. */
  readonly isDatabaseChecked?: boolean;
  /** For a process of a server that runs already, which one of the next version may have overtaken meanwhile. */
  readonly isOfRunningServer?: boolean;
  /**
   * The time of everything that is stored or expires, of a stand-in that has its own. Otherwise it is that of the machine,
   * or of the database, if there are other nodes to agree with.
   */
  readonly clock?: () => Date;
  /** Whether other nodes serve from the same database, each with a disk of its own. */
  readonly hasPeers?: boolean;
  readonly newUuid?: () => Uuid;
  /** Instead of one that speaks S3. */
  readonly openObjectStore?: (settings: ObjectStoreSettings) => Promise<ObjectStore>;
};

export type OpenedPorts = Ports & {
  /** Writes what is counted in memory, and waits for what is being written. */
  flush(): Promise<void>;
  /** Drops all that is held in memory of rows and files, which have been replaced. Nothing may be under way. */
  forget(): Promise<void>;
  close(): Promise<void>;
};

/** Everything that the product needs from outside, opened; for the server and for the command line. */
export async function openPorts(
  config: Config,
  log: Logger,
  {
    isRestoring = false,
    isStoreLate = false,
    isOfRunningServer = false,
    isDatabaseChecked = !isOfRunningServer,
    clock: ownClock,
    hasPeers = config.objectStore !== undefined,
    newUuid = () => randomUUID() as Uuid,
    openObjectStore,
  }: OpenOptions = {},
): Promise<OpenedPorts> {
  if (!isRestoring) requireRestored(config.dataFolder);
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const objects = openObjectReader();
  const fetchResponses = openDiskFetchResponses(
    join(cacheFolder(config), "fetches"),
    config.fetchCacheBytesMax,
  );
  const diskReserve = openDiskReserve(config.dataFolder);
  // What can be made again goes first.
  const makeRoom = async () => (await fetchResponses.clear()) || diskReserve.release();
  const database = await openDatabase(
    config.database.kind === "sqlite"
      ? { ...config.database, makeRoom }
      : { connectionsMax: connectionsOfProcess(config), ...config.database },
    {
      mayBeNew: async () => config.objectStore !== undefined || !(await holdsContent(config)),
      isChecked: isDatabaseChecked,
      mayBeNewer: isOfRunningServer,
    },
  );
  const databaseClock =
    hasPeers && ownClock === undefined ? await openDatabaseClock({ database, log }) : undefined;
  const clock = ownClock ?? databaseClock?.clock ?? (() => new Date());
  let content: Content | undefined;
  try {
    content = await openContent(config, {
      database,
      forgetFolder: objects.forget,
      clock,
      newUuid,
      isRestoring,
      isStoreLate,
      openObjectStore,
      log,
    });
    // A damaged one is told now, and not to the first who needs it.
    if (!isStoreLate) await content.keys.get("rotation");
  } catch (error) {
    await content?.close();
    await databaseClock?.close();
    await database.close();
    throw error;
  }
  const { keys, packs, packFolders, downloads } = content;
  const metrics = await openMetrics(config);
  const { stored } = content;
  if (stored !== undefined)
    metrics.watchObjects(() => ({
      ...stored.cache.counts(),
      ...stored.objects.counts(),
      ...stored.storeCounts(),
    }));
  if (databaseClock !== undefined) metrics.watchClock(databaseClock.machineAheadMs);
  const auditNotes = openAuditNotes({ database, clock, log });
  const unknownOperations = openUnknownOperationCounter({ database, clock, log });
  const workspaceActivity = openWorkspaceActivity({ database, clock, log });
  const backgroundWork = openBackgroundWork();
  const mailer = config.smtp && openSmtpMailer(config.smtp, clock);
  const maintenance = openMaintenance({ database, transactions: database, packs, metrics, clock, log });
  const commitGraphs = openCommitGraphs(GRAPH_BYTES_MAX);
  const refAnswers = openByteCache(REF_ANSWERS_BYTES_MAX);
  const smallResponses = openByteCache(SMALL_RESPONSES_BYTES_MAX);
  const sharedLimits =
    hasPeers && !isStoreLate
      ? shareLimits({
          database,
          key: await keys.get("rotation"),
          clock,
          log,
          noteSync: metrics.countLimitSync,
        })
      : undefined;
  const failedAuthenticationLimiter = openFailedAuthenticationLimiter({
    clock,
    failuresMax: config.failedCredentialsMax,
    share: sharedLimits?.share("failed-authentication"),
  });
  const signInLimiter = sharedLimits?.openSignInLimiter() ?? openSignInLimiter({ clock });
  const rateLimits = config.hasRateLimits
    ? openRateLimits({ clock, share: sharedLimits?.share("rate") })
    : undefined;
  const flush = async () => {
    await auditNotes.idle();
    await unknownOperations.flush();
    await workspaceActivity.flush();
    await failedAuthenticationLimiter.flush();
    await rateLimits?.flush();
    await signInLimiter.idle();
  };
  return {
    config,
    listening: { port: config.port },
    stopping: { isStopping: false },
    keys,
    database,
    transactions: database,
    packs,
    packFolders,
    downloads,
    stored: content.stored,
    objects: content.stored === undefined ? objects : readAgain(objects, content.stored.refreshFolder),
    commitGraphs,
    refAnswers,
    fetchResponses,
    smallResponses,
    diskReserve,
    fetchSlots: openGitSlots(config),
    pushSlots: openGitSlots(config),
    readSlots: openReadSlots(config),
    storeSlots: openProcessSlots(STORE_SLOTS),
    commitTurns: openProcessSlots(COMMIT_TURNS),
    passwordSlots: openProcessSlots(PASSWORD_SLOTS),
    metrics,
    maintenance,
    backgroundWork,
    outbox: createOutboxSignal(),
    auditNotes,
    unknownOperations,
    workspaceActivity,
    failedAuthenticationLimiter,
    signInLimiter,
    mailer,
    rateLimits,
    hasPeers,
    interception: undefined,
    log,
    clock,
    newUuid,
    randomBytes,
    flush,
    async forget() {
      for (const each of [refAnswers, smallResponses, commitGraphs, auditNotes]) each.clear();
      for (const each of [failedAuthenticationLimiter, signInLimiter, rateLimits]) each?.clear();
      objects.forgetAll();
      await fetchResponses.clear();
    },
    async close() {
      await backgroundWork.close();
      mailer?.close();
      await maintenance.close();
      await flush();
      await objects.close();
      await content.close();
      await databaseClock?.close();
      await database.close();
    },
  };
}

/** The database's connections are divided between the processes that serve. */
export function connectionsOfProcess({
  workers = 1,
  databaseConnectionsMax: given,
}: Pick<Config, "workers" | "databaseConnectionsMax">): number {
  if (given !== undefined) return Math.max(1, Math.floor(given / workers));
  return Math.min(
    PROCESS_CONNECTIONS_MAX,
    Math.max(1, Math.floor(DEFAULTS.databaseConnectionsMax / workers)),
  );
}

async function openMetrics({ metrics }: Config): Promise<Metrics> {
  if (metrics === undefined) return NO_METRICS;
  // Loaded only where it is asked for: it would be a part of every command's start.
  const { createPrometheusMetrics } = await import("./metrics/prometheus-metrics.ts");
  return createPrometheusMetrics();
}

/** For reads over REST, of which each may take a gigabyte of memory. Half of them at most are for who sends no credential. */
const READ_SLOTS_MAX = 8;
const READ_WAITING_MAX = 500;
const READ_WAIT_MS_MAX = 30_000;

function openReadSlots({ workers = 1 }: Config): ProcessSlots {
  const slotsMax = Math.max(SLOTS_MIN, Math.ceil(READ_SLOTS_MAX / workers));
  return openProcessSlots({
    slotsMax,
    shareMax: slotsMax / 2,
    anonymousShareMax: slotsMax / 2,
    repositoryShareMax: Math.floor(slotsMax * ACCOUNT_SHARE),
    waitingMax: READ_WAITING_MAX,
    waitMsMax: READ_WAIT_MS_MAX,
  });
}

const STORE_SLOTS = {
  slotsMax: 8,
  shareMax: 6,
  repositoryShareMax: 7,
  waitingMax: WAITING_MAX,
  waitMsMax: WAIT_MS_MAX,
};

/**
 * Of the four threads that Node has for slow calls, two stay free for files. One client waits for itself. The others wait for
 * a few seconds at most: a password takes some 30 ms.
 */
const PASSWORD_SLOTS = { slotsMax: 2, shareMax: 1, waitingMax: 200, waitMsMax: 10_000 };

/** One for each repository. */
const COMMIT_TURNS = { slotsMax: 64, shareMax: 1, waitingMax: WAITING_MAX, waitMsMax: WAIT_MS_MAX };

/** The slots of the machine are divided between the processes that serve. */
function openGitSlots({ workers = 1 }: Config): ProcessSlots {
  const slotsMax = Math.max(SLOTS_MIN, Math.ceil(SLOTS_MAX / workers));
  const repositoryShareMax = Math.floor(slotsMax * REPOSITORY_SHARE);
  return openProcessSlots({
    slotsMax,
    shareMax: Math.min(Math.floor(slotsMax * ACCOUNT_SHARE), repositoryShareMax - 1),
    repositoryShareMax,
    waitingMax: WAITING_MAX,
    waitMsMax: WAIT_MS_MAX,
  });
}
