import { invalidField } from "../../../model/failure.ts";
import type { Filter } from "../../../model/filter.ts";
import { PULL_REQUEST_STATES, type PullRequestState } from "../../../model/pull-request.ts";

/**
 * The states that a list is to have: open ones, unless others are named. Recorded: `state` may be given more than once,
 * and is ignored beside a filter. Contract, pull-requests.md §5.1.
 *
 * @returns undefined for all of them.
 * @throws Failure invalid-input for a state that does not exist.
 */
export function readStates(
  query: URLSearchParams,
  filter: Filter | undefined,
): readonly PullRequestState[] | undefined {
  if (filter !== undefined) return undefined;
  const named = query.getAll("state").map(parseState);
  return named.length === 0 ? ["OPEN"] : named;
}

function parseState(text: string): PullRequestState {
  const state = PULL_REQUEST_STATES.find((one) => one === text.toUpperCase());
  if (state === undefined) throw invalidField("state", `must be one of ${PULL_REQUEST_STATES.join(", ")}`);
  return state;
}
