import type { RestRequest } from "../../../http/routes/declaration.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import { type ActiveBranch, getActiveModel } from "../../../operations/branch-rules/branching-models.ts";
import { findRefAccounts, readRefs } from "../../../operations/refs/refs.ts";
import type { Ports } from "../../../ports.ts";
import { representBranch } from "../../../representations/branch.ts";
import { representBranchingModel } from "../../../representations/branching-model.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";

/**
 * The model that applies to the repository. Settings inherited from its project are included for both operations: in
 * the reference they differ only in the type of the answer.
 */
export function makeBranchingModelRoute(
  name: "branching-model" | "effective-branching-model",
  type: "branching_model" | "effective_repo_branching_model",
): RepositoryRoute {
  return {
    subject: "repository",
    method: "GET",
    path: `/2.0/repositories/{workspace}/{repo_slug}/${name}`,
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    permission: "read",
    async handle(ports, { repository, baseUrls }) {
      const active = await getActiveModel(ports, repository);
      const show = await branchShower(ports, { repository, baseUrls }, [
        active.development,
        active.production,
      ]);
      const branches = {
        development: show(active.development),
        production: active.production === undefined ? undefined : show(active.production),
      };
      const selfUrl = `${repositoryApiUrl(baseUrls, repository)}/${name}`;
      return jsonAnswer(200, representBranchingModel(type, active.model, branches, selfUrl));
    },
  };
}

/** Reads all that exist of these branches; the result shows each of them. */
async function branchShower(
  ports: Ports,
  { repository, baseUrls }: Pick<RestRequest, "baseUrls"> & { readonly repository: Repository },
  branches: readonly (ActiveBranch | undefined)[],
) {
  const found = branches.flatMap((branch) => branch?.ref ?? []);
  const refs = await readRefs(ports, repository, found);
  const context = { repository, baseUrls, accounts: await findRefAccounts(ports, refs) };
  return ({ name, ref, followsMainBranch }: ActiveBranch) => {
    const details = refs.find((candidate) => candidate.ref === ref);
    return {
      name: name ?? null,
      use_mainbranch: followsMainBranch,
      ...(details === undefined ? {} : { branch: representBranch(details, context) }),
    };
  };
}
