import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { Failure, invalidField } from "../../../model/failure.ts";
import { createTag } from "../../../operations/refs/create-ref.ts";
import { parseRefBody, RefBody } from "./ref-body.ts";
import { showRef } from "./show-ref.ts";

export const createTagRoute: RepositoryAccountRoute<typeof RefBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/refs/tags",
  apiTokenScopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "write",
  access: "account",
  body: RefBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const wanted = { ...parseRefBody(body), message: body.message ?? undefined };
    try {
      const ref = await createTag(ports, by, repository, wanted);
      return jsonAnswer(201, await showRef(ports, repository, baseUrls, ref));
    } catch (error) {
      // The reference has 400 here "if the target hash is missing, ambiguous, or invalid", unlike for a branch.
      throw error instanceof Failure && error.kind === "not-found"
        ? invalidField("target.hash", "no such commit")
        : error;
    }
  },
};
