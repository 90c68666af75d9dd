import { Failure } from "../../../model/failure.ts";
import { repositoryPath, sourcePath } from "../../links.ts";
import { type RepositoryPage, redirect } from "../../page.ts";

const VIEWS = ["src", "annotate", "history-node"] as const;

/** Leads to the files of the branch, tag or commit that was chosen; to those of the main branch otherwise. */
export const srcRootPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/src",
  subject: "repository",
  permission: "read",
  async get(_ports, { repository, query }) {
    const revision = query.get("at") || repository.mainBranch;
    if (revision === undefined) return redirect(repositoryPath(repository));
    const view = VIEWS.find((each) => each === query.get("view")) ?? "src";
    const path = query.get("path") ?? "";
    if (!revision.isWellFormed() || !path.isWellFormed()) throw new Failure("not-found", "Commit not found");
    return redirect(sourcePath(repository, view, revision, path));
  },
};
