import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { PipelineKeyPairRow } from "../schema/pipelines-config.ts";
import type { Schema } from "../schema.ts";

/** Sets the key pair of a repository, in place of the one that it had. */
export async function upsertKeyPair(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  publicKey: string,
  sealedPrivateKey: Buffer,
): Promise<void> {
  const changed: Omit<PipelineKeyPairRow, "repository_uuid"> = {
    public_key: publicKey,
    sealed_private_key: sealedPrivateKey,
  };
  await tx
    .insertInto("pipeline_key_pair")
    .values({ repository_uuid: repositoryUuid, ...changed })
    .onConflict((conflict) => conflict.column("repository_uuid").doUpdateSet(changed))
    .execute();
}

/** @returns false if there was none. */
export async function deleteKeyPair(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<boolean> {
  const result = await tx
    .deleteFrom("pipeline_key_pair")
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The public key of a repository's key pair. */
export async function findPublicKey(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<string | undefined> {
  const row = await db
    .selectFrom("pipeline_key_pair")
    .select("public_key")
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row?.public_key;
}
