import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { Config } from "./config/config.ts";
import type { CommitGraphs } from "./git/history/commit-graph.ts";
import type { ObjectReader } from "./git/objects/object-reader.ts";
import type { ProcessSlots } from "./git/process/process-slots.ts";
import type { FailedAuthenticationLimiter } from "./limits/failed-authentication-limiter.ts";
import type { RateLimits } from "./limits/rate-limits.ts";
import type { SignInLimiter } from "./limits/sign-in-limiter.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { Actor } from "./model/audit.ts";
import type { Caller, Operator, TokenCredential } from "./model/caller.ts";
import type { PublicBaseUrls } from "./model/event.ts";
import type { RecordedUse } from "./model/recorded-use.ts";
import type { Uuid } from "./model/uuid.ts";
import type { BlobStore } from "./storage/blobs/blob-store.ts";
import type { ByteCache } from "./storage/byte-cache.ts";
import type { StoredContent } from "./storage/content/open-content.ts";
import type { DiskReserve } from "./storage/data-folder/disk-reserve.ts";
import type { FetchResponses } from "./storage/fetch-responses/fetch-responses.ts";
import type { Keys } from "./storage/keys/keys.ts";
import type { PackFolders, PackStore } from "./storage/packs/pack-store.ts";
import type { AuditNotes } from "./storage/sql/audit/audit-notes.ts";
import type { UnknownOperations } from "./storage/sql/audit/unknown-operation-counter.ts";
import type { Database } from "./storage/sql/database.ts";
import type { OutboxSignal } from "./storage/sql/webhooks/outbox-signal.ts";
import type { WorkspaceActivity } from "./storage/sql/workspaces/workspace-activity.ts";
import type { WriteTransaction } from "./storage/sql/write-transaction.ts";

/** The database without a way to change it in a transaction, for what only looks. */
export type ReadDatabase = Omit<Database, "transaction" | "close">;

/** Keeps repositories quick, off the path of any request. */
export type Maintenance = {
  /** Says that a repository has new packs. Returns at once. */
  wake(repository: Uuid): void;
  /** Waits until nothing is under way or waiting. */
  idle(): Promise<void>;
  /** Starts nothing more, and ends what is under way: a repack that is cut off leaves everything as it was. */
  close(): Promise<void>;
};

/** What goes on after its request has been answered. */
export type BackgroundWork = {
  /** Returns at once. The work must not throw. Its signal is aborted when the server ends. */
  start(work: (closing: AbortSignal) => Promise<void>): void;
  /** Waits until nothing is under way. */
  idle(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
};

/** What stands between connections and routes. */
export type Interception = {
  /** Answers a request itself, or lets it through: now, or later. */
  intercept(request: IncomingMessage, response: ServerResponse, letThrough: () => void): void;
  /** A route of the server, with its path as the router has it. */
  noteRoute(url: string): void;
  /** What requests have used of their tokens. */
  noteUses(credential: TokenCredential, uses: readonly RecordedUse[]): void;
  /** What is known of a request once it has been answered. */
  observe(request: IncomingMessage, outcome: RequestOutcome): void;
};

export type RequestOutcome = {
  /** Its pattern, or "none". */
  readonly route: string;
  /** The fields of its line in the log. */
  readonly notes: Readonly<Record<string, unknown>>;
};

/** What the product needs from outside. Take the ones you need: `Pick<Ports, "packs" | "clock">`. */
export type Ports = {
  readonly config: Config;
  /** The port that it listens on, once it does; until then that of the settings. */
  readonly listening: { port: number };
  /** Once it is true the process still serves, and says that it is not ready, so that proxies look for another. */
  readonly stopping: { isStopping: boolean };
  readonly keys: Keys;
  readonly database: ReadDatabase;
  /** Only for what makes a `By`: whoever changes something says who wants it, and is asked whether they may. */
  readonly transactions: Pick<Database, "transaction">;
  readonly packs: PackStore;
  /** The same, where repositories are folders of this machine. Undefined with an object store. */
  readonly packFolders: PackFolders | undefined;
  /** The object store with what is kept in it. Undefined where repositories are folders. */
  readonly stored: StoredContent | undefined;
  /** Files that repositories offer beside their history. Owned by the repositories. */
  readonly downloads: BlobStore;
  readonly objects: ObjectReader;
  readonly commitGraphs: CommitGraphs;
  /** Advertisements and lists of refs, as they were sent. */
  readonly refAnswers: ByteCache;
  readonly fetchResponses: FetchResponses;
  /** The small ones of them, by their digests: a file takes longer to open than to send. */
  readonly smallResponses: ByteCache;
  readonly diskReserve: DiskReserve;
  /** For the processes of fetches and pushes. */
  readonly fetchSlots: ProcessSlots;
  readonly pushSlots: ProcessSlots;
  /** For processes that a request of REST starts to read: archives, comparisons, walks, large files. */
  readonly readSlots: ProcessSlots;
  /** For processes that look at new objects which are not pushed. Nobody holds one while they send. */
  readonly storeSlots: ProcessSlots;
  /**
   * Who has been overtaken with a commit tries again alone in the repository, or many at once would overtake each other over and
   * over. It is short: the contents of the files are in the repository by then.
   */
  readonly commitTurns: ProcessSlots;
  /** For passwords that are worked out: each takes 19 MiB and a processor, and anyone may ask for it. */
  readonly passwordSlots: ProcessSlots;
  readonly maintenance: Maintenance;
  readonly backgroundWork: BackgroundWork;
  readonly outbox: OutboxSignal;
  readonly metrics: Metrics;
  readonly auditNotes: AuditNotes;
  readonly unknownOperations: UnknownOperations;
  readonly workspaceActivity: WorkspaceActivity;
  readonly failedAuthenticationLimiter: FailedAuthenticationLimiter;
  readonly signInLimiter: SignInLimiter;
  /** Undefined: this server sends no mail. */
  readonly mailer: Mailer | undefined;
  /** Undefined: requests are not limited. */
  readonly rateLimits: RateLimits | undefined;
  /** Whether other nodes serve from the same database. What must happen once is then done by one of them, under a lease. */
  readonly hasPeers: boolean;
  /** Undefined but in a server that stands in for Bitbucket in tests. */
  readonly interception: Interception | undefined;
  readonly log: Logger;
  readonly clock: () => Date;
  /** For whatever is stored. */
  readonly newUuid: () => Uuid;
  /** Bytes from a cryptographically secure source. */
  readonly randomBytes: (length: number) => Buffer;
};

/**
 * By whom something is changed, and the only way to change it: an operation that writes takes one beside its ports, so a
 * surface that does not say who acts does not compile. Made for the operator by `operatorBy`, and for a request by
 * `callerPorts`, whose transactions begin by asking again for all that admitted the caller.
 */
export type By = {
  readonly caller: Caller | Operator;
  /** The same for the audit log: in whose name, by which credential, and from where. */
  readonly actor: Actor;
  /** For the links in what webhooks are told. */
  readonly baseUrls: PublicBaseUrls;
  /** Aborted when nobody waits any more. From the transaction on it is not heeded. */
  readonly signal: AbortSignal;
  readonly transaction: WriteTransaction;
};
