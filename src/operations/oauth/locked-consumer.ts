import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import type { Uuid } from "../../model/uuid.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { findConsumer } from "../../storage/sql/oauth/consumers.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/**
 * A consumer that nobody else changes until the transaction ends, and to which nobody else issues anything: so what is issued is
 * seen by whoever ends it.
 *
 * @throws Failure not-found if it is gone.
 */
export async function lockedConsumer(tx: Kysely<Schema>, uuid: Uuid): Promise<OauthConsumer> {
  await lockRows(tx, [{ table: "oauth_consumer", uuid, strength: "update" }]);
  const consumer = await findConsumer(tx, uuid);
  if (consumer === undefined) throw new Failure("not-found", "There is no such OAuth consumer");
  return consumer;
}
