import { createHash } from "node:crypto";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import type { StoredContent } from "../../storage/content/open-content.ts";
import { NoSuchObjectError } from "../../storage/object-store/object-store.ts";
import {
  findNamedObjects,
  listMiscountedObjects,
  listNamedObjects,
  listUsers,
  type NamedObject,
} from "../../storage/sql/stored-objects/check-objects.ts";
import { findInlineContent } from "../../storage/sql/stored-objects/find-inline-content.ts";
import type { ObjectName } from "../../storage/sql/stored-objects/stored-objects.ts";
import { listUnknownNames } from "../../storage/sql/stored-objects/unknown-objects.ts";
import {
  INLINE_BYTES_MAX,
  OBJECT_PREFIX,
  objectKey,
  parseObjectKey,
} from "../../storage/stored-objects/stored-objects.ts";
import { SWEEP_TIMES } from "../../storage/stored-objects/sweep-objects.ts";
import { atOnce } from "./at-once.ts";
import { findContentFault } from "./find-content-fault.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";

type ObjectPorts = Pick<Ports, "database" | "clock"> & {
  readonly stored: Pick<StoredContent, "store">;
};

export type ObjectCheck = { readonly objects: number; readonly findings: readonly Finding[] };

type CheckOptions = {
  /** Whether all bytes of all objects are read. */
  readonly isFull: boolean;
  /** Workspace and slug of each repository. */
  readonly fullNames: ReadonlyMap<Uuid, string>;
};

/** With the contents of those that are in the database, up to 64 KiB each. */
const PAGE_OBJECTS = 200;
const REQUESTS_AT_ONCE = 16;
/** Of one kind. What is beyond is counted. */
const FINDINGS_MAX = 100;
const NAMES_TOLD_MAX = 10;
/** What is younger may belong to a row that is about to be written, or to an upload that has been given up. */
const UNKNOWN_MS_MIN = SWEEP_TIMES.quietMs;

/**
 * Checks that every object which rows name is where it should be, with its length, and that nothing else lies in the store. Reads
 * both in parts, so it takes little memory however many there are. Changes nothing.
 */
export async function checkStoredObjects(ports: ObjectPorts, options: CheckOptions): Promise<ObjectCheck> {
  let objects = 0;
  const faults: Fault[] = [];
  for (let after: ObjectName | undefined; ; ) {
    const page = await listNamedObjects(ports.database.kysely, after, PAGE_OBJECTS);
    after = page.at(-1)?.name;
    if (after === undefined) break;
    objects += page.length;
    faults.push(...(await findFaults(ports, page, options.isFull)));
  }
  return {
    objects,
    findings: [
      ...(await describeFaults(ports, faults, options)),
      ...(await findMiscounted(ports)),
      ...(await findUnknown(ports)),
    ],
  };
}

type Fault = {
  readonly kind: "missing-stored-object" | "damaged-stored-object";
  readonly object: NamedObject;
  readonly detail: string;
};

async function findFaults(
  ports: ObjectPorts,
  page: readonly NamedObject[],
  isFull: boolean,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const note = (object: NamedObject, found: FoundFault | undefined) => {
    if (found !== undefined) faults.push({ object, ...found });
  };
  const inline = page.filter(({ isInline }) => isInline);
  // What a seed has made may be of any size.
  const large = inline.filter(({ bytes }) => bytes > INLINE_BYTES_MAX);
  for (const objects of [inline.filter((object) => !large.includes(object)), ...large.map((one) => [one])]) {
    const names = objects.map(({ name }) => name);
    const contents = await findInlineContent(ports.database.kysely, names);
    for (const object of objects) note(object, checkContent(object, contents.get(object.name)));
  }
  const inStore = page.filter(({ isInline }) => !isInline);
  await atOnce(inStore, REQUESTS_AT_ONCE, async (object) =>
    note(object, await checkInStore(ports, object, isFull)),
  );
  // An object whose last row went while it was looked at may go too.
  const named = await findNamedObjects(
    ports.database.kysely,
    faults.map(({ object }) => object.name),
  );
  return faults.filter(({ object }) => named.has(object.name));
}

type FoundFault = Pick<Fault, "kind" | "detail">;

function checkContent(object: NamedObject, content: Buffer | undefined): FoundFault | undefined {
  if (content === undefined) return { kind: "missing-stored-object", detail: "it is not in the database" };
  const isRight =
    content.length === object.bytes && createHash("sha256").update(content).digest().equals(object.sha256);
  return isRight
    ? undefined
    : { kind: "damaged-stored-object", detail: "the database has other bytes of it than were stored" };
}

async function checkInStore(
  { stored: { store } }: ObjectPorts,
  object: NamedObject,
  isFull: boolean,
): Promise<FoundFault | undefined> {
  const bytes = await store.findBytes(objectKey(object.name));
  if (bytes === undefined) return MISSING;
  if (bytes !== object.bytes)
    return {
      kind: "damaged-stored-object",
      detail: `it has ${bytes} bytes in the object store in place of ${object.bytes}`,
    };
  if (!isFull) return undefined;
  try {
    const fault = await findContentFault(object, await store.read(objectKey(object.name)));
    return fault === undefined ? undefined : { kind: "damaged-stored-object", detail: fault };
  } catch (error) {
    // A store that does not answer says nothing about the object.
    if (!(error instanceof NoSuchObjectError)) throw error;
    return MISSING;
  }
}

const MISSING: FoundFault = { kind: "missing-stored-object", detail: "it is not in the object store" };

async function describeFaults(
  { database, stored: { store } }: ObjectPorts,
  faults: readonly Fault[],
  { fullNames }: CheckOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { kind, object, detail } of faults.slice(0, FINDINGS_MAX)) {
    const users = await listUsers(database.kysely, object.name);
    const names = users.map((uuid) => (uuid && (fullNames.get(uuid) ?? uuid)) ?? "the keys");
    findings.push({
      kind,
      isHarmless: false,
      repository: names[0],
      path: pathOf(store.url, object),
      detail: `${detail}; needed by ${list(names)}`,
      remedy: `if the store has versions or copies, put it back there under the same key; push what is missing again from a clone that has it, or ${FROM_BACKUP}`,
    });
  }
  return [...findings, ...describeRest(store.url, faults)];
}

function describeRest(url: string, faults: readonly Fault[]): readonly Finding[] {
  const rest = faults.length - FINDINGS_MAX;
  if (rest <= 0) return [];
  return [
    {
      kind: "missing-stored-object",
      isHarmless: false,
      repository: undefined,
      path: url,
      detail: `and ${rest} more objects are missing or damaged: is this the right bucket?`,
      remedy: FROM_BACKUP,
    },
  ];
}

async function findMiscounted({ database, stored: { store } }: ObjectPorts): Promise<readonly Finding[]> {
  const miscounted = await listMiscountedObjects(database.kysely, FINDINGS_MAX);
  return miscounted.map(({ name, state, names, rows }) => ({
    kind: "miscounted-object",
    isHarmless: false,
    repository: undefined,
    path: `stored_object ${name} (${store.url})`,
    detail: `it is ${state}, with ${names} names, and ${rows} rows point at it`,
    remedy:
      "it is a fault of Pail or of whoever changed the rows. Stop the nodes before the object is deleted; pail backup, and pail restore into a new database and bucket, count anew",
  }));
}

/** What lies in the store and has no row. The listing comes before the rows it is compared with: a row is there before its object. */
async function findUnknown({ database, stored: { store }, clock }: ObjectPorts): Promise<readonly Finding[]> {
  const unknown = openTally();
  const strange = openTally();
  for await (const page of store.list(OBJECT_PREFIX)) {
    const old = page.filter(({ changedAt }) => clock().getTime() - changedAt.getTime() > UNKNOWN_MS_MIN);
    const named = new Map(old.map(({ key }) => [key, parseObjectKey(key)]));
    const names = [...named.values()].filter((name) => name !== undefined);
    const unknownNames = new Set(await listUnknownNames(database.kysely, names));
    for (const { key, bytes } of old) {
      const name = named.get(key);
      if (name === undefined) strange.add(key, bytes);
      else if (unknownNames.has(name)) unknown.add(key, bytes);
    }
  }
  const findings: Finding[] = [];
  if (unknown.count > 0)
    findings.push({
      kind: "object-without-row",
      isHarmless: false,
      repository: undefined,
      path: store.url,
      detail: `${unknown.describe()} without a row: the database is older than they are, or the store took an upload that had been given up`,
      remedy:
        "nothing: the nodes look for them once a week, and delete them. If the database has been put back to an older state, stop the nodes until you have copied what you need",
    });
  if (strange.count > 0)
    findings.push({
      kind: "object-without-row",
      isHarmless: false,
      repository: undefined,
      path: store.url,
      detail: `${strange.describe()} that are not named as Pail names them`,
      remedy: "a bucket or prefix is for one installation alone: find out who wrote them, and delete them",
    });
  return findings;
}

function openTally() {
  const keys: string[] = [];
  let [count, sum] = [0, 0];
  return {
    get count() {
      return count;
    },
    add(key: string, bytes: number) {
      if (keys.length < NAMES_TOLD_MAX) keys.push(key);
      count += 1;
      sum += bytes;
    },
    describe: () => `${count} objects (${sum} bytes; ${keys.join(", ")}${count > keys.length ? " …" : ""})`,
  };
}

function pathOf(url: string, { name, isInline }: NamedObject): string {
  return isInline ? `inline_object ${name}` : `${url}/${objectKey(name)}`;
}

function list(names: readonly string[]): string {
  const told = names.slice(0, NAMES_TOLD_MAX).join(", ");
  return names.length > NAMES_TOLD_MAX ? `${told} and ${names.length - NAMES_TOLD_MAX} more` : told;
}
