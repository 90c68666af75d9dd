import { parseNetworkOrAddress } from "../../authorization/network.ts";
import { parseAnyScope } from "../../model/any-scope.ts";
import type { Workspace } from "../../model/workspace.ts";
import { LIFETIME_DAYS_MAX, NETWORKS_MAX, setTokenPolicy } from "../../operations/tokens/token-policies.ts";
import { CLOSED, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import { parseExpiry } from "../seed-time.ts";

/** What a workspace asks of tokens. Those of the seed that are against it are there, and are refused. */
export const tokenPolicySection = section({
  key: "token_policy",
  schema: (type) =>
    type.Object(
      {
        lifetime_days_max: type.Optional(type.Integer({ minimum: 1, maximum: LIFETIME_DAYS_MAX })),
        refused_scopes: type.Optional(
          type.Array(text(type, "Such as admin:workspace or repository:admin", 100), { maxItems: 200 }),
        ),
        addresses: type.Optional(
          type.Array(text(type, "From where private content is opened, such as 192.0.2.0/24", 64), {
            maxItems: NETWORKS_MAX,
          }),
        ),
        requires_two_step: type.Optional(type.Boolean({ default: false })),
        enforced_from: type.Optional(
          text(type, "From when on tokens of the seed are refused: 30d or a date. Without it: at once", 40),
        ),
      },
      CLOSED,
    ),
  check(checker, { refused_scopes: scopes = [], addresses = [], enforced_from: from }, path) {
    for (const [index, scope] of scopes.entries())
      if (parseAnyScope(scope) === undefined)
        checker.problem([...path, "refused_scopes", index], `unknown scope ${JSON.stringify(scope)}`);
    for (const [index, address] of addresses.entries())
      if (parseNetworkOrAddress(address) === undefined)
        checker.problem([...path, "addresses", index], "neither an address nor a network");
    if (from !== undefined && parseExpiry(from, new Date(0)) === undefined)
      checker.problem([...path, "enforced_from"], "must be such as 30d, 12h or 2026-12-31");
  },
  async apply(context, workspace: Workspace, policy, path) {
    const { refused_scopes: scopes = [], addresses = [], enforced_from: from } = policy;
    const at = context.now;
    await context.make(
      { path, name: `token policy ${workspace.uuid}`, at, fields: { lifetime: "lifetime_days_max" } },
      (ports, by) =>
        setTokenPolicy(ports, by, workspace, {
          lifetimeDaysMax: policy.lifetime_days_max,
          refusedScopes: scopes.flatMap((scope) => parseAnyScope(scope) ?? []),
          networks: addresses.flatMap((address) => parseNetworkOrAddress(address) ?? []),
          requiresTwoStep: policy.requires_two_step ?? false,
          enforcedFrom: from === undefined ? undefined : parseExpiry(from, context.now),
        }),
    );
  },
});
