import { findNamedRepository } from "../../../http/routes/named-subjects.ts";
import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import type { Repository } from "../../../model/repository.ts";
import { getActiveModel } from "../../../operations/branch-rules/branching-models.ts";
import { createPullRequest } from "../../../operations/pull-requests/create-pull-request.ts";
import type { Ports } from "../../../ports.ts";
import { pullRequestApiUrl } from "../../../representations/pull-request-links.ts";
import { NewPullRequestBody, parseEditable, requireTitle } from "./pull-request-body.ts";
import { showPullRequest } from "./show-pull-request.ts";

export const createPullRequestRoute: RepositoryAccountRoute<typeof NewPullRequestBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests",
  apiTokenScopes: ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "read",
  access: "account",
  body: NewPullRequestBody,
  async handle(ports, { by, admission, repository, body, baseUrls, fields }) {
    const named = await findSource(ports, repository, body.source.repository ?? {});
    // Whoever asks for a branch to be merged may write to it.
    const source = await admission.admitToRepository(named, { permission: "write" });
    const { description = "", isDraft = false, ...input } = parseEditable(body);
    const { model } = await getActiveModel(ports, repository);
    const whole = await createPullRequest(ports, by, repository, {
      ...input,
      title: requireTitle(body.title),
      description,
      isDraft,
      closesSourceBranch: input.closesSourceBranch ?? model.deletesMergedBranches,
      source: { repository: source, branch: body.source.branch.name },
    });
    const location = pullRequestApiUrl(whole.pullRequest, baseUrls);
    return jsonAnswer(201, await showPullRequest(whole, { baseUrls, fields }), { location });
  },
};

/** The repository that the source names: that of the route, if none. */
async function findSource(
  ports: Ports,
  repository: Repository,
  { full_name: name, uuid }: { readonly full_name?: string; readonly uuid?: string },
): Promise<Repository | undefined> {
  const found =
    uuid !== undefined
      ? await findNamedRepository(ports, { workspace: "{}", repo_slug: uuid })
      : name !== undefined
        ? await findNamedRepository(ports, splitName(name))
        : repository;
  return found?.uuid === repository.uuid ? repository : found;
}

function splitName(fullName: string): { readonly workspace: string; readonly repo_slug: string } {
  const [workspace, slug, ...rest] = fullName.split("/");
  if (workspace === undefined || slug === undefined || rest.length > 0)
    throw invalidField(
      "source.repository.full_name",
      "must be a workspace and a repository with / between them",
    );
  return { workspace, repo_slug: slug };
}
