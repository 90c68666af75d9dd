import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Network } from "../../../model/bound.ts";
import type { PrivateContentRule } from "../../../model/private-content.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";

/** Of the row `account`. Nobody else than a person can have a second step. */
export const LACKS_TWO_STEP: RawBuilder<SqlBool> = sql<SqlBool>`(account.account_kind = 'user'
  and not exists (select 1 from two_step
    where two_step.account_uuid = account.uuid and two_step.enabled_at is not null))`;

/**
 * What workspaces ask of the row `account` before they open private content:
 * `<uuid>|<from>|<lacks two-step verification>|<networks>` separated by semicolons, null if none asks anything. It is read
 * with the credential, by the same statement; there are as many as workspaces with such a policy.
 */
export const PRIVATE_CONTENT_RULES: RawBuilder<string | null> = sql<string | null>`(
  select string_agg(policy.workspace_uuid || '|' || policy.enforced_from || '|'
    || case when policy.requires_two_step = 1 and ${LACKS_TWO_STEP} then '1' else '0' end
    || '|' || coalesce(policy.networks, ''), ';')
  from workspace_token_policy as policy
  where policy.networks is not null or (policy.requires_two_step = 1 and ${LACKS_TWO_STEP})
)`;

const NONE: readonly PrivateContentRule[] = [];

export function toPrivateContentRules(text: string | null): readonly PrivateContentRule[] {
  if (text === null) return NONE;
  return text.split(";").map((rule) => {
    const [workspaceUuid, from, lacksTwoStep, networks] = rule.split("|");
    return {
      workspaceUuid: workspaceUuid as Uuid,
      from: instant(Number(from)),
      lacksTwoStep: lacksTwoStep === "1",
      networks: toNetworks(networks ?? ""),
    };
  });
}

export function toNetworks(text: string): readonly Network[] {
  return text === "" ? [] : (text.split(" ") as Network[]);
}
