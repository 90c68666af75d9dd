import { Failure } from "../../model/failure.ts";
import { fullName } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { DOWNLOAD_KIND } from "../../storage/blobs/download-blob-name.ts";
import type { StoredContent } from "../../storage/content/open-content.ts";
import { KEY_LOSSES, KEY_NAMES } from "../../storage/keys/key-losses.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import {
  countDownloads,
  countOverdueObjects,
  listBlobsWithoutDownload,
  listDownloadsWithoutFile,
  listEndlessHolds,
} from "../../storage/sql/stored-objects/check-objects.ts";
import { HOLD_MS } from "../../storage/sql/stored-objects/holds.ts";
import { SWEEP_TIMES } from "../../storage/stored-objects/sweep-objects.ts";
import type { CheckOutcome } from "./check-outcome.ts";
import { checkRepository } from "./check-repository.ts";
import { checkStoredObjects } from "./check-stored-objects.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";

type CheckPorts = Pick<
  Ports,
  "config" | "database" | "packs" | "packFolders" | "downloads" | "keys" | "clock"
> & {
  readonly stored: StoredContent;
};

const DAY_MS = 86_400_000;
/** For sweeps that did not run, since no node did. */
const SWEEP_SLACK_MS = 2 * DAY_MS;
/** The clock of the database may have been set. */
const HOLD_SLACK_MS = 60_000;

/** Checks that rows and object store agree, and that each repository has all that its refs reach. */
export async function checkStoredData(ports: CheckPorts, isFull: boolean): Promise<CheckOutcome> {
  const { database, stored } = ports;
  const repositories = await listAllRepositories(database.kysely, undefined);
  const fullNames = new Map(repositories.map((repository) => [repository.uuid, fullName(repository)]));
  const objects = await checkStoredObjects(ports, { isFull, fullNames });
  const findings = [...objects.findings];
  let refs = 0;
  for (const repository of repositories) {
    const outcome = await checkRepository(ports, repository, isFull);
    // What it has linked is not needed any more, and may be as large as the cache.
    await stored.closeIdleViews();
    refs += outcome.refs;
    findings.push(...outcome.findings);
  }
  findings.push(...(await checkDownloads(ports, fullNames)));
  findings.push(...(await checkKeys(ports)), ...(await checkSweep(ports)));
  return {
    repositories: repositories.length,
    refs,
    downloads: await countDownloads(database.kysely),
    objects: objects.objects,
    findings,
  };
}

/** Whether each has a blob of its length: whether that is there is looked at with all other objects. */
async function checkDownloads(
  { database: { kysely }, stored: { store } }: CheckPorts,
  fullNames: ReadonlyMap<Uuid, string>,
): Promise<readonly Finding[]> {
  const missing = (await listDownloadsWithoutFile(kysely, DOWNLOAD_KIND)).map(
    ({ repositoryUuid, name, sizeBytes, bytes }): Finding => ({
      kind: "missing-download",
      isHarmless: false,
      repository: fullNames.get(repositoryUuid),
      path: store.url,
      detail:
        bytes === undefined
          ? `the download "${name}" has no file`
          : `the file of the download "${name}" has ${bytes} bytes in place of ${sizeBytes}`,
      remedy: `upload it again, or ${FROM_BACKUP}`,
    }),
  );
  const extra = (await listBlobsWithoutDownload(kysely, DOWNLOAD_KIND)).map(
    (name): Finding => ({
      kind: "download-without-row",
      isHarmless: true,
      repository: undefined,
      path: `blob ${name}`,
      detail: "no download has this file, which comes and goes with its row: somebody has changed rows",
      remedy: "nothing: it only takes space",
    }),
  );
  return [...missing, ...extra];
}

async function checkKeys({ keys }: CheckPorts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of KEY_NAMES) {
    try {
      await keys.get(name);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      findings.push({
        kind: "damaged-key",
        isHarmless: false,
        repository: undefined,
        path: `server_key ${name}`,
        detail: error.message,
        remedy: `${FROM_BACKUP}; without it, ${KEY_LOSSES[name]}`,
      });
    }
  }
  return findings;
}

/** Whether what is not needed goes in time. */
async function checkSweep({
  config,
  database: { kysely },
  stored: { store },
}: CheckPorts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const hold of await listEndlessHolds(kysely, HOLD_MS + HOLD_SLACK_MS))
    findings.push({
      kind: "endless-hold",
      isHarmless: true,
      repository: undefined,
      path: `hold ${hold.id} (${hold.purpose})`,
      detail: `it keeps everything from being deleted until ${hold.expiresAt.toISOString()}: the clock of the database was ahead`,
      remedy: `if no ${hold.purpose} is running, delete the row`,
    });
  const times = {
    pending: SWEEP_TIMES.pendingMs,
    unnamed: config.objectRetentionDays * DAY_MS,
    deleting: SWEEP_TIMES.quietMs,
  } as const;
  for (const [state, ms] of Object.entries(times) as [keyof typeof times, number][]) {
    const overdueMs = ms + SWEEP_SLACK_MS;
    const count = await countOverdueObjects(kysely, state, overdueMs);
    if (count === 0) continue;
    findings.push({
      kind: "overdue-objects",
      isHarmless: true,
      repository: undefined,
      path: store.url,
      detail: `${count} objects are ${state} for more than ${overdueMs / DAY_MS} days: nobody deletes what is not needed any more`,
      remedy: "run a node, and look for warnings in its log",
    });
  }
  return findings;
}
