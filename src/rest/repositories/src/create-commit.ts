import type { RepositoryFormRoute } from "../../../http/routes/subjects/repository.ts";
import { createCommit } from "../../../operations/source/create-commit.ts";
import { commitApiUrl } from "../../../representations/links.ts";
import { readCommitParts } from "./read-commit-parts.ts";

/** A commit of the files that are sent, on top of a branch. */
export const createCommitRoute: RepositoryFormRoute = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/src",
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "write",
  access: "account",
  form: {
    types: ["multipart/form-data", "application/x-www-form-urlencoded"],
    otherType: "format-unsupported",
  },
  async handle(ports, { by, repository, query, form, baseUrls }) {
    const id = await createCommit(ports, by, repository, readCommitParts(query, form));
    return {
      status: 201,
      headers: { location: commitApiUrl(baseUrls, repository, id) },
      body: { kind: "empty" },
    };
  },
};
