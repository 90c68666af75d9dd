/**
 * The steps at which a test can kill a process of Pail, to see what is left then. Each is reached once the step is done
 * that it is named after. `git …`: once that command of git's has been started.
 */
export const FAULT_POINTS = [
  "objects.quarantined",
  "objects.indexed",
  "objects.checked",
  "push.answering",
  "packs.synced",
  "packs.moving",
  "packs.moved",
  "packs.accepted",
  "refs.judged",
  "refs.applied",
  "refs.committed",
  "transaction.recorded",
  "src.received",
  "src.built",
  "src.stored",
  "merge.made",
  "merge.stored",
  "merge.queued",
  "packed-refs.head-written",
  "token.stored",
  "token.created",
  "token.marked-revoked",
  "token.revoked",
  "token.successor-stored",
  "token.succeeded",
  "token.rotated",
  "maintenance.begun",
  "maintenance.linked",
  "maintenance.repacked",
  "maintenance.graph-written",
  "maintenance.placed",
  "maintenance.declared",
  "maintenance.graph-placed",
  "maintenance.removing",
  "repository.folder-made",
  "repository.row-made",
  "repository.created",
  "repository.row-deleted",
  "repository.deletion-committed",
  "repository.folder-renamed",
  "repository.folder-removed",
  "fork.copied",
  "fork.placed",
  "fork.rows-made",
  "fork.committed",
  "webhook.claimed",
  "webhook.sent",
  "webhook.recorded",
  "sweep.begun",
  "sweep.removed",
  "migration.applied",
  "migration.recorded",
  "backup.swept",
  "backup.file-taken",
  "backup.repository-taken",
  "backup.packs-taken",
  "backup.snapshot-written",
  "backup.manifest-written",
  "backup.published",
  "restore.begun",
  "restore.files-copied",
  "restore.database-made",
  "git index-pack",
  "git pack-objects",
  "git repack",
  "git commit-graph",
] as const;

/** The same with an object store: tests/long/many-nodes kills at these. */
export const STORE_FAULT_POINTS = [
  "upload.noted",
  "upload.prepared",
  "upload.acknowledged",
  "upload.shown",
  "cache.brought",
  "maintenance.recorded",
  "backup.objects-listed",
  "backup.object-taken",
  "restore.object-stored",
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number] | (typeof STORE_FAULT_POINTS)[number];

/**
 * Set by tests only, when they start a process: a point, which time it is reached (1), how many ms later (0), and the signal
 * that the process then sends to itself (SIGKILL; SIGSTOP freezes it).
 */
export const FAULT_POINT_VARIABLE = "PAIL_FAULT_POINT";

const [armed, nth = "1", delayMs = "0", signal = "SIGKILL"] = (process.env[FAULT_POINT_VARIABLE] ?? "").split(
  ":",
);
let left = Number(nth);

/** Does nothing, unless a test has named this point: then the process is killed, as `kill -9` does it, or frozen. */
export function reachFaultPoint(point: FaultPoint | `git ${string}`): void {
  if (armed !== point) return;
  left -= 1;
  if (left !== 0) return;
  const stop = () => process.kill(process.pid, signal as NodeJS.Signals);
  // Without a delay it must not be a timer: the step after this one would be done.
  if (delayMs === "0") stop();
  else setTimeout(stop, Number(delayMs));
}
