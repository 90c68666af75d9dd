import type { Account } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { GpgKey } from "../../model/key.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { countGpgKeys, deleteGpgKey, findGpgKey, insertGpgKey } from "../../storage/sql/keys/gpg-keys.ts";
import { parseOpenPgpKey } from "./openpgp-key.ts";
import { KEYS_MAX } from "./ssh-keys.ts";

/** @throws Failure invalid-input if it is no key, or anybody has it already. */
export async function addGpgKey(
  { clock }: Pick<Ports, "clock">,
  by: By,
  account: Account,
  input: { readonly key: string; readonly name: string | undefined },
): Promise<GpgKey> {
  const parsed = parseOpenPgpKey(input.key);
  if ("problem" in parsed) throw invalidField("key", parsed.problem);
  const { userId, ...parts } = parsed;
  const key: GpgKey = {
    ...parts,
    accountUuid: account.uuid,
    name: input.name ?? userId,
    armored: input.key.trim(),
    addedAt: clock(),
  };
  try {
    await by.transaction(async (tx, record) => {
      if ((await countGpgKeys(tx, account.uuid)) >= KEYS_MAX)
        throw new Failure("invalid-input", `Cannot add the key: there are ${KEYS_MAX} already`);
      await insertGpgKey(tx, key);
      record.audit("gpg-key.added", accountSubject(account), { fingerprint: key.fingerprint });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? invalidField("key", "somebody has added this key already") : error;
  }
  return key;
}

/** By its fingerprint in any case, or by that of a subkey. @throws Failure not-found. */
export async function getGpgKey(
  { database }: Pick<Ports, "database">,
  account: Account,
  fingerprint: string,
): Promise<GpgKey> {
  const key = await findGpgKey(database.kysely, account.uuid, fingerprint.toLowerCase());
  if (key === undefined) throw new Failure("not-found", `There is no GPG key ${fingerprint}`);
  return key;
}

/**
 * Deletes a key with its subkeys. @throws Failure permission-missing for a subkey: documented; not-found if it has just
 * been deleted.
 */
export async function removeGpgKey(
  by: By,
  account: Account,
  key: GpgKey,
  fingerprint: string,
): Promise<void> {
  if (key.fingerprint !== fingerprint.toLowerCase())
    throw new Failure("permission-missing", "Cannot delete a subkey: delete the key that it belongs to");
  await by.transaction(async (tx, record) => {
    if (!(await deleteGpgKey(tx, key.fingerprint)))
      throw new Failure("not-found", "Cannot delete the GPG key: it has just been deleted");
    record.audit("gpg-key.removed", accountSubject(account), { fingerprint: key.fingerprint });
  });
}
