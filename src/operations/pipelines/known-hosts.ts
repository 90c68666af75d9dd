import { repositorySubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import {
  HOSTNAME_LENGTH_MAX,
  hostOf,
  isKnownHostname,
  type KnownHost,
  type KnownHostInput,
} from "../../model/pipeline-ssh.ts";
import type { Repository } from "../../model/repository.ts";
import { bracedUuid, parseUuid, type Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import {
  countKnownHosts,
  deleteKnownHost,
  findKnownHost,
  insertKnownHost,
  updateKnownHost,
} from "../../storage/sql/pipelines/known-hosts.ts";
import { parseSshPublicKey } from "../keys/ssh-public-key.ts";

/** Our choice. */
export const KNOWN_HOSTS_MAX = 100;

/** Reported of these two: Bitbucket has their keys, and refuses others. */
const CONFIGURED_HOSTS = ["bitbucket.org", "github.com"];

/** @throws Failure not-found. */
export async function getKnownHost(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  text: string,
): Promise<KnownHost> {
  const uuid = parseUuid(text);
  const found = uuid === undefined ? undefined : await findKnownHost(database.kysely, repository.uuid, uuid);
  if (found === undefined) throw noSuchKnownHost(text);
  return found;
}

/** @throws Failure invalid-input that names the wrong field, conflict if there is one with this name, or too many. */
export async function createKnownHost(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  repository: Repository,
  input: KnownHostInput,
): Promise<KnownHost> {
  requireKnownHost(input);
  const host: KnownHost = { ...input, uuid: newUuid(), createdAt: clock() };
  await refusingSameName(input, () =>
    by.transaction(async (tx, record) => {
      if ((await countKnownHosts(tx, repository.uuid)) >= KNOWN_HOSTS_MAX)
        throw new Failure("conflict", `Cannot create the known host: there are ${KNOWN_HOSTS_MAX} already`);
      await insertKnownHost(tx, repository.uuid, host);
      record.audit("pipeline-known-host.created", repositorySubject(repository), hostDetails(host));
    }),
  );
  return host;
}

/** Replaces it. @throws Failure as `createKnownHost`, not-found if it has just been deleted. */
export async function replaceKnownHost(
  by: By,
  repository: Repository,
  uuid: Uuid,
  input: KnownHostInput,
): Promise<KnownHost> {
  requireKnownHost(input);
  return refusingSameName(input, () =>
    by.transaction(async (tx, record) => {
      const before = await findKnownHost(tx, repository.uuid, uuid);
      if (before === undefined) throw noSuchKnownHost(bracedUuid(uuid));
      const changed = { ...before, ...input };
      await updateKnownHost(tx, changed);
      record.audit("pipeline-known-host.changed", repositorySubject(repository), hostDetails(changed));
      return changed;
    }),
  );
}

/** @throws Failure not-found if it has just been deleted. */
export async function removeKnownHost(by: By, repository: Repository, host: KnownHost): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteKnownHost(tx, host.uuid))) throw noSuchKnownHost(bracedUuid(host.uuid));
    record.audit("pipeline-known-host.deleted", repositorySubject(repository), hostDetails(host));
  });
}

function requireKnownHost({ hostname, keyType, key }: KnownHostInput): void {
  if (!isKnownHostname(hostname))
    throw invalidField(
      "hostname",
      `must be host, [host] or [host]:port, of at most ${HOSTNAME_LENGTH_MAX} characters`,
    );
  if (CONFIGURED_HOSTS.includes(hostOf(hostname)))
    // Reported text.
    throw new Failure(
      "invalid-input",
      "hostname-not-allowed: SSH for this hostname is already configured by Bitbucket",
      { fields: { hostname: ["is already configured"] } },
    );
  const parsed = parseSshPublicKey(`${keyType} ${key}`);
  if ("problem" in parsed) throw invalidField("public_key", parsed.problem);
  if (parsed.text !== `${keyType} ${key}`) throw invalidField("public_key", "must be a type and a key alone");
}

function hostDetails({ uuid, hostname, keyType }: KnownHost) {
  return { known_host: uuid, hostname, key_type: keyType };
}

function noSuchKnownHost(text: string): Failure {
  return new Failure("not-found", "Not found", { detail: `There is no known host ${text}` });
}

async function refusingSameName<T>({ hostname }: KnownHostInput, store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Failure("conflict", "Conflict", {
      detail: `A known host with the name "${hostname}" already exists`,
      fields: { hostname: ["already exists"] },
    });
  }
}
