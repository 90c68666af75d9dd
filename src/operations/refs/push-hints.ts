import { branchOf } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { isOfSnippet } from "../../model/snippet.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { pullRequestCreateUrl, pullRequestHtmlUrl } from "../../representations/pull-request-links.ts";
import type { RefChange } from "./change-refs.ts";

/** Whoever pushes many branches does not ask for each of them to be merged. Our choice. */
const BRANCHES_MAX = 5;

/**
 * What a push prints of the pull requests from its branches, or of how to create one, as many logs have it: contract,
 * pull-requests.md §18. Nothing of the main branch. git asks for quiet wherever there is no terminal, and logs of CI jobs
 * have the hints all the same.
 */
export function pushHints(
  repository: Repository,
  changes: readonly RefChange[],
  baseUrls: BaseUrls,
): readonly string[] {
  const branches = changes.flatMap(({ update, refused, sourceOf = [] }) => {
    const name = branchOf(update.name);
    const isHinted = refused === undefined && update.new !== undefined && name !== repository.mainBranch;
    return name === undefined || !isHinted ? [] : [{ name, sourceOf }];
  });
  // From the branches of a snippet there are no pull requests.
  if (isOfSnippet(repository)) return [];
  // A repository without a main branch has just got one.
  if (repository.mainBranch === undefined || branches.length > BRANCHES_MAX) return [];
  return branches.flatMap(({ name, sourceOf }) => {
    const create = [
      `Create pull request for ${name}:`,
      `  ${pullRequestCreateUrl(repository, name, baseUrls)}`,
    ];
    const view = sourceOf.flatMap((one) => [
      `View pull request for ${name} => ${one.destinationBranch}:`,
      `  ${pullRequestHtmlUrl(one, baseUrls)}?t=1`,
    ]);
    return ["", ...(view.length > 0 ? view : create), ""];
  });
}
