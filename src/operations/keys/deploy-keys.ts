import type { AuditSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { DeployKey, DeployKeySubject } from "../../model/key.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import {
  countDeployKeys,
  deleteDeployKey,
  findDeployKey,
  insertDeployKey,
  updateDeployKey,
} from "../../storage/sql/keys/deploy-keys.ts";
import { isKeyOfAccount } from "../../storage/sql/keys/ssh-keys.ts";
import { KEYS_MAX, requirePublicKey } from "./ssh-keys.ts";

/** What a deploy key is for, and what the audit log calls it. */
export type DeployKeyOwner = { readonly subject: DeployKeySubject; readonly audited: AuditSubject };

export type DeployKeyInput = { readonly key: string; readonly label: string };

/** @throws Failure invalid-input if it is no key, or is here already, or an account's. */
export async function addDeployKey(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { subject, audited }: DeployKeyOwner,
  input: DeployKeyInput,
): Promise<DeployKey> {
  const { text, comment, fingerprint } = requirePublicKey(input.key);
  const key = {
    subject,
    text,
    comment,
    label: input.label,
    fingerprint,
    createdAt: clock(),
    creator: accountOf(by.caller),
  };
  try {
    return await by.transaction(async (tx, record) => {
      if ((await countDeployKeys(tx, subject)) >= KEYS_MAX)
        throw new Failure("invalid-input", `Cannot add the key: there are ${KEYS_MAX} already`);
      if (await isKeyOfAccount(tx, fingerprint)) throw alreadyAdded(subject);
      const id = await insertDeployKey(tx, key);
      record.audit("deploy-key.added", audited, { id, fingerprint });
      return { ...key, id };
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyAdded(subject) : error;
  }
}

/** Text of the API 1.0, which clients know: contract, rest-of-api.md §2.5. */
function alreadyAdded({ kind }: DeployKeySubject): Failure {
  const message = `Someone has already added that access key to this ${kind}.`;
  return new Failure("invalid-input", message, { fields: { key: [message] } });
}

/** @throws Failure not-found. */
export async function getDeployKey(
  { database }: Pick<Ports, "database">,
  subject: DeployKeySubject,
  idText: string,
): Promise<DeployKey> {
  const id = /^[1-9]\d{0,14}$/.test(idText) ? Number(idText) : undefined;
  const key = id === undefined ? undefined : await findDeployKey(database.kysely, subject, id);
  if (key === undefined) throw new Failure("not-found", `There is no deploy key ${idText}`);
  return key;
}

/**
 * Changes label and comment. @throws Failure invalid-input if another key is sent: documented, not-found if it has just
 * been deleted.
 */
export async function changeDeployKey(
  by: By,
  key: DeployKey,
  input: { readonly key: string; readonly label: string | undefined },
): Promise<DeployKey> {
  const sent = requirePublicKey(input.key);
  if (sent.fingerprint !== key.fingerprint)
    throw invalidField("key", "must be the key that is there: add another one, and delete this");
  const changed = { ...key, label: input.label ?? key.label, comment: sent.comment };
  if (!(await by.transaction((tx) => updateDeployKey(tx, changed))))
    throw new Failure("not-found", "Cannot change the deploy key: it has just been deleted");
  return changed;
}

/** @throws Failure not-found if it has just been deleted. */
export async function removeDeployKey(
  by: By,
  { audited }: DeployKeyOwner,
  { id, fingerprint }: DeployKey,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteDeployKey(tx, id)))
      throw new Failure("not-found", "Cannot delete the deploy key: it has just been deleted");
    record.audit("deploy-key.removed", audited, { id, fingerprint });
  });
}
