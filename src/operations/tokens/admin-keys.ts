import { hash, hkdfSync } from "node:crypto";
import type { AdminKey } from "../../model/admin-key.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteAdminKey, findAdminKeyByDigest, insertAdminKey } from "../../storage/sql/tokens/admin-keys.ts";
import { listAdministeredTokens } from "../../storage/sql/tokens/administered-tokens.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { revokeAnyToken } from "./api-tokens.ts";

const HEADER = "pail_ad_";
const RANDOM_BYTES = 48;
const TEXT = /^pail_ad_[A-Za-z0-9_-]{64}$/;
const DAY_MS = 86_400_000;
export const ADMIN_KEY_AGE_DAYS_MAX = 365;
const NAME_LENGTH_MAX = 255;

/** @returns its text, this once: only a digest is stored. @throws Failure invalid-input that names the wrong field. */
export async function createAdminKey(
  { clock, newUuid, randomBytes }: Pick<Ports, "clock" | "newUuid" | "randomBytes">,
  by: By,
  { name, ageDays }: { readonly name: string; readonly ageDays: number },
): Promise<{ readonly text: Secret; readonly key: AdminKey }> {
  if (name.trim() === "" || name.length > NAME_LENGTH_MAX)
    throw invalidField("name", `must have 1 to ${NAME_LENGTH_MAX} characters`);
  if (!Number.isInteger(ageDays) || ageDays < 1 || ageDays > ADMIN_KEY_AGE_DAYS_MAX)
    throw invalidField("expires", `must be 1 to ${ADMIN_KEY_AGE_DAYS_MAX} days from now`);
  const text = new Secret(HEADER + randomBytes(RANDOM_BYTES).toString("base64url"));
  const now = clock();
  const key: AdminKey = {
    uuid: newUuid(),
    name,
    createdAt: now,
    expiresAt: new Date(now.getTime() + ageDays * DAY_MS),
  };
  await by.transaction(async (tx, record) => {
    await insertAdminKey(tx, key, digestOf(text));
    record.audit("admin-key.created", { kind: "route", uuid: undefined, name: key.name }, { key: key.uuid });
  });
  return { text, key };
}

/** @throws Failure not-found. */
export async function revokeAdminKey(by: By, key: AdminKey): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteAdminKey(tx, key.uuid))) throw new Failure("not-found", "There is no such key");
    record.audit("admin-key.revoked", { kind: "route", uuid: undefined, name: key.name }, { key: key.uuid });
  }, TAKES_ACCESS);
}

/** The key with this text. Undefined: there is none, or it has expired. */
export async function findAdminKey(
  { database, clock }: Pick<Ports, "database" | "clock">,
  text: Secret,
): Promise<AdminKey | undefined> {
  if (!TEXT.test(text.reveal())) return undefined;
  const key = await findAdminKeyByDigest(database.kysely, digestOf(text));
  return key === undefined || key.expiresAt <= clock() ? undefined : key;
}

/** Atlassian's name for what is administered; here it is the whole server. Worked out from its own key, so it never changes. */
export async function organisationId({ keys }: Pick<Ports, "keys">): Promise<Uuid> {
  const key = (await keys.get("rotation")).reveal();
  const bytes = Buffer.from(hkdfSync("sha256", key, "", "organisation id", 16));
  // RFC 9562, section 5.8: of a form of our own.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") as Uuid;
}

function digestOf(text: Secret): Buffer {
  return hash("sha256", text.reveal(), "buffer");
}

const BATCH = 100;

/** Revokes every living API token of everybody. @returns how many there were. */
export async function revokeAllApiTokens(ports: Pick<Ports, "database" | "clock">, by: By): Promise<number> {
  let count = 0;
  for (;;) {
    const asked = { now: ports.clock(), text: undefined, after: undefined, limit: BATCH };
    const tokens = await listAdministeredTokens(ports.database.kysely, asked);
    if (tokens.length === 0) return count;
    for (const { uuid } of tokens) await revokeAnyToken(ports, by, uuid);
    count += tokens.length;
  }
}
