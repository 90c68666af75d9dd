import type { Account } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { SshKey, SshPublicKey } from "../../model/key.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { isDeployKey } from "../../storage/sql/keys/deploy-keys.ts";
import {
  countSshKeys,
  deleteSshKey,
  findSshKey,
  insertSshKey,
  updateSshKey,
} from "../../storage/sql/keys/ssh-keys.ts";
import { parseSshPublicKey } from "./ssh-public-key.ts";

/** Of an account, of a repository or of a project: our choice. */
export const KEYS_MAX = 100;

export type NewSshKey = {
  /** As a `.pub` file has it. */
  readonly key: string;
  readonly label: string | undefined;
  readonly comment: string | undefined;
  readonly expiresAt: Date | undefined;
};

/** @throws Failure invalid-input if the text is no public key. */
export function requirePublicKey(text: string): SshPublicKey {
  const key = parseSshPublicKey(text);
  if ("problem" in key) throw invalidField("key", key.problem);
  return key;
}

/** @throws Failure invalid-input if it is no key, or anybody has it already. */
export async function addSshKey(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  account: Account,
  input: NewSshKey,
): Promise<SshKey> {
  const publicKey = requirePublicKey(input.key);
  const now = clock();
  if (input.expiresAt !== undefined && input.expiresAt <= now)
    throw invalidField("expires_on", "must be in the future");
  const key: SshKey = {
    uuid: newUuid(),
    accountUuid: account.uuid,
    text: publicKey.text,
    comment: input.comment ?? publicKey.comment,
    label: input.label ?? "",
    fingerprint: publicKey.fingerprint,
    createdAt: now,
    expiresAt: input.expiresAt,
  };
  try {
    await by.transaction(async (tx, record) => {
      if ((await countSshKeys(tx, account.uuid)) >= KEYS_MAX)
        throw new Failure("invalid-input", `Cannot add the key: there are ${KEYS_MAX} already`);
      if (await isDeployKey(tx, key.fingerprint)) throw alreadyRegistered();
      await insertSshKey(tx, key);
      record.audit("ssh-key.added", accountSubject(account), { fingerprint: key.fingerprint });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyRegistered() : error;
  }
  return key;
}

/** Text of the API 1.0, which clients know: contract, rest-of-api.md §6. */
function alreadyRegistered(): Failure {
  const message = "Someone has already registered that SSH key";
  return new Failure("invalid-input", message, { fields: { key: [message] } });
}

/** @throws Failure not-found. */
export async function getSshKey(
  { database }: Pick<Ports, "database">,
  account: Account,
  uuidText: string,
): Promise<SshKey> {
  const uuid = parseUuid(uuidText);
  const key = uuid === undefined ? undefined : await findSshKey(database.kysely, account.uuid, uuid);
  if (key === undefined) throw new Failure("not-found", `There is no SSH key ${uuidText}`);
  return key;
}

/** Changes what is given of its two names. @throws Failure not-found if it has just been deleted. */
export async function changeSshKey(
  by: By,
  key: SshKey,
  { label = key.label, comment = key.comment }: { readonly label?: string; readonly comment?: string },
): Promise<SshKey> {
  const changed = { ...key, label, comment };
  if (!(await by.transaction((tx) => updateSshKey(tx, changed))))
    throw new Failure("not-found", "Cannot change the SSH key: it has just been deleted");
  return changed;
}

/** @throws Failure not-found if it has just been deleted. */
export async function removeSshKey(by: By, account: Account, key: SshKey): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteSshKey(tx, key.uuid)))
      throw new Failure("not-found", "Cannot delete the SSH key: it has just been deleted");
    record.audit("ssh-key.removed", accountSubject(account), { fingerprint: key.fingerprint });
  });
}
