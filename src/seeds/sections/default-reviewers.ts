import type { Repository } from "../../model/repository.ts";
import {
  addProjectReviewer,
  addRepositoryReviewer,
} from "../../operations/pull-requests/default-reviewers.ts";
import { accountName, ENTRIES_MAX, type TypeBuilder } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedPath } from "../seed-path.ts";
import type { SeedProject } from "./permissions.ts";

const reviewers = (type: TypeBuilder) =>
  type.Array(accountName(type), {
    maxItems: ENTRIES_MAX,
    description: "Who reviews pull requests, unless others are named",
  });

function check(checker: SeedChecker, accounts: readonly string[], path: SeedPath): void {
  for (const [index, account] of accounts.entries()) checker.require("account", account, [...path, index]);
}

export const repositoryReviewersSection = section({
  key: "default_reviewers",
  schema: reviewers,
  check,
  async apply(context, repository: Repository, accounts, path) {
    for (const [index, account] of accounts.entries())
      await context.make(
        {
          path: [...path, index],
          name: `reviewer ${repository.uuid} ${account}`,
          at: context.time,
          fields: { target_username: "" },
        },
        (ports, by) => addRepositoryReviewer(ports, by, repository, context.find("account", account)),
      );
  },
});

export const projectReviewersSection = section({
  key: "default_reviewers",
  schema: reviewers,
  check,
  async apply(context, { project }: SeedProject, accounts, path) {
    for (const [index, account] of accounts.entries())
      await context.make(
        {
          path: [...path, index],
          name: `reviewer ${project.uuid} ${account}`,
          at: context.time,
          fields: { selected_user: "" },
        },
        (ports, by) => addProjectReviewer(ports, by, project, context.find("account", account)),
      );
  },
});
