import type { Kysely } from "kysely";
import { consumerSubject, grantSubject } from "../../model/audit.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import type { OauthGrant } from "../../model/oauth-grant.ts";
import { insertGrant } from "../../storage/sql/oauth/grants.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";

/** Stores a grant, to a consumer or to an app. */
export async function storeNewGrant(
  tx: Kysely<Schema>,
  record: Recorder,
  wanted: Pick<OauthGrant, "uuid" | "kind" | "accountUuid" | "scopes" | "createdAt">,
  consumer: OauthConsumer | undefined,
): Promise<OauthGrant> {
  const grant: OauthGrant = {
    ...wanted,
    consumerUuid: consumer?.uuid,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  await insertGrant(tx, grant);
  record.audit("grant.created", consumer === undefined ? grantSubject(grant) : consumerSubject(consumer), {
    account: grant.accountUuid,
    grant: grant.uuid,
    kind: grant.kind,
    scopes: grant.scopes,
  });
  return grant;
}
