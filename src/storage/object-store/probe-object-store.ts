import type { ObjectStoreSettings } from "../../config/config.ts";
import { Failure } from "../../model/failure.ts";
import type { Fault } from "./faulty-request.ts";
import { NoSuchObjectError, type ObjectStore } from "./object-store.ts";
import { openS3ObjectStore, type S3ObjectStore } from "./s3-object-store.ts";

const FOLDER = "probe/";
const LIFE_MS = 3_600_000;
/** What is left by a probe that was cut off is removed by a later one, and not by one that is under way. */
const LEFT_AFTER_MS = 3_600_000;

export type ProbePorts = {
  readonly clock: () => Date;
  /** No name may come twice. */
  readonly newName: () => string;
};

/** As `probeStore`, of the store that is configured. */
export async function probeObjectStore(settings: ObjectStoreSettings, ports: ProbePorts): Promise<void> {
  const store = await openS3ObjectStore(settings);
  const storeOfParts = await openS3ObjectStore(settings, { singleBytesMax: 0 });
  try {
    await probeStore({ store, storeOfParts, ...ports });
  } finally {
    store.close();
    storeOfParts.close();
  }
}

export type Probed = ProbePorts & {
  readonly store: S3ObjectStore;
  /** The same bucket, where every upload goes in parts. */
  readonly storeOfParts: ObjectStore;
};

/** Each with what an operator has to know if the store does not refuse it. */
const FAULTS: Readonly<Record<Fault, string>> = {
  "wrong-checksum":
    "it stores bytes that do not fit their checksum (Content-MD5), so damage on the way would not be noticed",
  "expired-signature":
    "it takes an upload whose signature has run out, so what a node sends too late would be stored and never removed",
  "wrong-signature": "it takes an upload with a wrong signature: anybody can write to it",
  "unsigned-write": "it takes an upload without credentials: anybody can write to it",
  "unsigned-read": "it answers reads without credentials: anybody can read the repositories",
};

/**
 * Finds out whether a store does all that is relied upon (docs/many-nodes.md), with objects below `probe/` that are removed
 * again. Some twenty requests.
 *
 * @throws Failure unavailable, which names what does not hold.
 */
export async function probeStore({ store, storeOfParts, clock, newName }: Probed): Promise<void> {
  const name = `${FOLDER}${newName()}`;
  const [whole, inParts, refused] = [`${name}-whole`, `${name}-parts`, `${name}-refused`];
  const content = Buffer.from(`Pail looks whether this store does what is needed: ${name}\n`);
  const life = () => ({ signedAt: clock(), lifeMs: LIFE_MS });
  const source = {
    bytes: content.length,
    open: (range = { first: 0, last: content.length - 1 }) => content.subarray(range.first, range.last + 1),
  };
  const upload = async (to: ObjectStore, key: string) =>
    (await to.prepareUpload(key, content.length, life())).send(source);

  await step(
    store,
    "an object cannot be stored: look at the credentials, the bucket and the clock",
    async () => {
      await upload(store, whole);
    },
  );
  await step(store, "what was stored cannot be read back as it was", async () => {
    requireEqual(await store.readBytes(whole), content);
    require((await store.findBytes(whole)) === content.length, "another length");
  });
  await step(store, "a range of an object cannot be read", async () => {
    requireEqual(await store.readBytes(whole, { first: 5, last: 9 }), content.subarray(5, 10));
  });
  await step(store, "an upload in parts does not become an object, which large pushes need", async () => {
    await upload(storeOfParts, inParts);
    requireEqual(await store.readBytes(inParts), content);
  });
  await step(store, "an upload in parts cannot be aborted", async () => {
    const { uploadId } = await storeOfParts.prepareUpload(refused, content.length, life());
    await storeOfParts.abortUpload(refused, uploadId!);
  });
  for (const [fault, meaning] of Object.entries(FAULTS) as [Fault, string][]) {
    await step(store, meaning, async () => {
      const key = fault === "unsigned-read" ? whole : refused;
      const status = await store.sendFaulty(key, content, life(), fault);
      require(status >= 400, `status ${status}`);
      require((await store.findBytes(refused)) === undefined, `status ${status}, and it is stored`);
    });
  }
  await step(store, "the list of objects lacks some that are there", () =>
    probeList(store, [inParts, whole]),
  );
  await step(store, "objects cannot be deleted", async () => {
    for (const key of [whole, inParts, refused]) await store.delete(key);
  });
  await step(
    store,
    "it does not say that a deleted object is missing (s3:ListBucket is needed for that too)",
    () => requireMissing(store, whole),
  );
}

async function probeList(store: ObjectStore, keys: readonly string[]): Promise<void> {
  const listed = [];
  for await (const page of store.list(FOLDER)) listed.push(...page);
  const own = listed.filter(({ key }) => keys.includes(key));
  require(own.map(({ key }) => key).join() === keys.join(), `${own.length} of ${keys.length}`);
  const leftBefore = own[0]!.changedAt.getTime() - LEFT_AFTER_MS;
  for (const { key, changedAt } of listed) if (changedAt.getTime() < leftBefore) await store.delete(key);
}

async function requireMissing(store: ObjectStore, key: string): Promise<void> {
  try {
    await store.readBytes(key);
  } catch (error) {
    if (error instanceof NoSuchObjectError) return;
    throw error;
  }
  require(false, "it can still be read");
}

/** What a step has found, for the reason of its failure. */
class ProbeError extends Error {}

function require(holds: boolean, found: string): void {
  if (!holds) throw new ProbeError(found);
}

function requireEqual(found: Buffer, expected: Buffer): void {
  require(found.equals(expected), "other bytes");
}

async function step(store: ObjectStore, meaning: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new Failure("unavailable", `Cannot use the object store ${store.url}: ${meaning}`, { reason });
  }
}

/** Undefined for a bug. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ProbeError || error instanceof NoSuchObjectError) return error.message;
  return error instanceof Failure ? (error.details.reason ?? error.message) : undefined;
}
