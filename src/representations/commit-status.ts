import type { CommitStatus } from "../model/commit-status.ts";
import type { RepositoryReference } from "../model/repository.ts";
import { representCondensedCommit } from "./commit.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representInstant } from "./instant.ts";
import { type BaseUrls, commitApiUrl } from "./links.ts";

export function commitStatusApiUrl(
  baseUrls: BaseUrls,
  repository: RepositoryReference,
  { commit, key }: CommitStatus,
): string {
  return `${commitApiUrl(baseUrls, repository, commit)}/statuses/build/${encodeURIComponent(key)}`;
}

/** A `build`: contract, rest.md §2.15, with the keys of the recordings. */
export function representCommitStatus(
  status: CommitStatus,
  repository: RepositoryReference,
  baseUrls: BaseUrls,
) {
  const context = {
    repository: representCondensedRepository(repository, baseUrls),
    commit: representCondensedCommit(baseUrls, repository, status.commit),
  };
  return {
    type: "build",
    key: status.key,
    state: status.state,
    name: status.name,
    description: status.description,
    url: fillInVariables(status.url, context),
    refname: status.refname ?? null,
    ...context,
    created_on: representInstant(status.createdAt),
    updated_on: representInstant(status.updatedAt),
    links: {
      self: { href: commitStatusApiUrl(baseUrls, repository, status) },
      commit: { href: context.commit.links.self.href },
    },
  };
}

/**
 * Replaces variables such as `{repository.full_name}` and `{commit.hash}`: any path to a text in the two
 * objects. The reference says that this is done wherever the URL is shown, and keeps the slash of a full name. What names
 * nothing stays as it is (our choice).
 */
function fillInVariables(url: string, context: Readonly<Record<string, unknown>>): string {
  return url.replace(/\{([a-z_]+(?:\.[a-z_]+)+)\}/g, (variable, path: string) => {
    let value: unknown = context;
    for (const name of path.split(".")) {
      const isOwn = typeof value === "object" && value !== null && Object.hasOwn(value, name);
      value = isOwn ? (value as Record<string, unknown>)[name] : undefined;
    }
    return typeof value === "string" ? encodeURI(value) : variable;
  });
}
