import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export type TwoStep = {
  readonly accountUuid: Uuid;
  /** Sealed. */
  readonly seed: Buffer;
  readonly lastStep: number;
  readonly createdAt: Date;
  /** Undefined: being set up. */
  readonly enabledAt: Date | undefined;
};

export async function findTwoStep(db: Kysely<Schema>, accountUuid: Uuid): Promise<TwoStep | undefined> {
  const row = await db
    .selectFrom("two_step")
    .selectAll()
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return (
    row && {
      accountUuid: row.account_uuid as Uuid,
      seed: row.seed,
      lastStep: row.last_step,
      createdAt: instant(row.created_at),
      enabledAt: optionalInstant(row.enabled_at),
    }
  );
}

/** Whether a code is asked for after the password. */
export async function hasTwoStep(db: Kysely<Schema>, accountUuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("two_step")
    .select("account_uuid")
    .where("account_uuid", "=", accountUuid)
    .where("enabled_at", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** With a new seed, not asked for yet. In place of one that was not set up to its end. */
export async function replaceTwoStep(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  seed: Buffer,
  createdAt: Date,
): Promise<void> {
  const fresh = { seed, last_step: 0, created_at: createdAt.getTime(), enabled_at: null };
  await tx
    .insertInto("two_step")
    .values({ account_uuid: accountUuid, ...fresh })
    .onConflict((conflict) => conflict.column("account_uuid").doUpdateSet(fresh))
    .execute();
}

export async function setTwoStepEnabled(tx: Kysely<Schema>, accountUuid: Uuid, at: Date): Promise<void> {
  await tx
    .updateTable("two_step")
    .set({ enabled_at: at.getTime() })
    .where("account_uuid", "=", accountUuid)
    .execute();
}

/** @returns false if a code of this step or of a later one has been used. */
export async function setLastStep(tx: Kysely<Schema>, accountUuid: Uuid, step: number): Promise<boolean> {
  const result = await tx
    .updateTable("two_step")
    .set({ last_step: step })
    .where("account_uuid", "=", accountUuid)
    .where("last_step", "<", step)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** With its recovery codes. */
export async function deleteTwoStep(tx: Kysely<Schema>, accountUuid: Uuid): Promise<void> {
  await tx.deleteFrom("recovery_code").where("account_uuid", "=", accountUuid).execute();
  await tx.deleteFrom("two_step").where("account_uuid", "=", accountUuid).execute();
}

/** In place of those that are left. */
export async function replaceRecoveryCodes(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  digests: readonly Buffer[],
): Promise<void> {
  await tx.deleteFrom("recovery_code").where("account_uuid", "=", accountUuid).execute();
  await tx
    .insertInto("recovery_code")
    .values(digests.map((digest) => ({ digest, account_uuid: accountUuid })))
    .execute();
}

/** @returns false if the account has no such code, or it was used. */
export async function deleteRecoveryCode(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  digest: Buffer,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("recovery_code")
    .where("account_uuid", "=", accountUuid)
    .where("digest", "=", digest)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function countRecoveryCodes(db: Kysely<Schema>, accountUuid: Uuid): Promise<number> {
  const row = await db
    .selectFrom("recovery_code")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirstOrThrow();
  return row.count;
}
