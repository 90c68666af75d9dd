import { type Fields, isFieldRequested } from "../../../http/routes/fields.ts";
import { MERGE_STRATEGIES } from "../../../model/merge-strategy.ts";

const STRATEGIES = { merge_strategies: MERGE_STRATEGIES, default_merge_strategy: MERGE_STRATEGIES[0] };

/**
 * The pull request with the strategies of its destination that `fields` ask for: reported, it has none otherwise.
 * Contract, pull-requests.md §2.2.
 *
 * @param path where the pull request stands in the answer, such as `values.`.
 */
export function withRequestedStrategies<Shown extends { readonly destination: { readonly branch: object } }>(
  shown: Shown,
  fields: Fields | undefined,
  path = "",
) {
  const requested = Object.entries(STRATEGIES).filter(([name]) =>
    isFieldRequested(fields, `${path}destination.branch.${name}`),
  );
  if (requested.length === 0) return shown;
  const branch = { ...shown.destination.branch, ...Object.fromEntries(requested) };
  return { ...shown, destination: { ...shown.destination, branch } };
}
