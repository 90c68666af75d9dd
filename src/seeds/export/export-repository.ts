import { fullName, type Repository } from "../../model/repository.ts";
import { slugifyRepositoryName } from "../../model/slug.ts";
import { listRestrictions } from "../../storage/sql/branch-rules/branch-restrictions.ts";
import { findBranchingModels } from "../../storage/sql/branch-rules/branching-models.ts";
import { listStatusesOfRepository } from "../../storage/sql/commits/commit-statuses.ts";
import { listDownloads } from "../../storage/sql/downloads/downloads.ts";
import { listRepositoryReviewers } from "../../storage/sql/pull-requests/default-reviewers.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { listRepositoryWatchers } from "../../storage/sql/repositories/repository-watchers.ts";
import { ALL, type ExportContext, withoutEmpty } from "./export-context.ts";
import { exportDeployKeys } from "./export-keys.ts";
import { exportModel, exportPermissions, exportWebhooks } from "./export-parts.ts";
import { exportPipelines } from "./export-pipelines.ts";
import { exportPullRequests } from "./export-pull-requests.ts";

/** Fields that say where the commits of a repository are; none for one without commits. */
export type WriteContent = (repository: Repository) => Promise<Readonly<Record<string, unknown>>>;

/** Larger files make the seed unreadable. */
const DOWNLOAD_BYTES_MAX = 1024 * 1024;

export async function exportRepository(
  context: ExportContext,
  repository: Repository,
  writeContent: WriteContent,
): Promise<object> {
  const { kysely } = context.ports.database;
  const { uuid, workspace, project, parentUuid } = repository;
  const parent = parentUuid && (await findRepository(kysely, undefined, { uuid: parentUuid }));
  const models = await findBranchingModels(kysely, uuid, project.uuid);
  const fields = withoutEmpty({
    workspace: workspace.slug,
    name: repository.name,
    slug: slugifyRepositoryName(repository.name) === repository.slug ? undefined : repository.slug,
    project: project.key,
    description: repository.description,
    website: repository.website,
    language: repository.language,
    is_private: repository.isPrivate,
    has_issues: repository.hasIssues || undefined,
    has_wiki: repository.hasWiki || undefined,
    fork_policy: repository.forkPolicy === "allow_forks" ? undefined : repository.forkPolicy,
    main_branch: repository.mainBranch,
    fork_of: parent && fullName(parent),
    ...(await writeContent(repository)),
    permissions: await exportPermissions(context, { kind: "repository", uuid }),
    default_reviewers: (await listRepositoryReviewers(kysely, uuid)).map(({ username }) => username),
    branching_model: models.repository && exportModel(models.repository),
    deploy_keys: await exportDeployKeys(context, { kind: "repository", uuid }),
    watchers: (await listRepositoryWatchers(kysely, uuid, ALL)).values.flatMap(
      (account) => context.nameOf(account) ?? [],
    ),
    statuses: (await listStatusesOfRepository(kysely, uuid)).map((status) =>
      withoutEmpty({
        commit: status.commit,
        key: status.key,
        state: status.state,
        name: status.name,
        description: status.description,
        url: status.url,
        refname: status.refname,
      }),
    ),
    downloads: await exportDownloads(context, repository),
    pull_requests: await exportPullRequests(context, repository),
    branch_restrictions: (await listRestrictions(kysely, uuid)).map((rule) =>
      withoutEmpty({
        kind: rule.kind,
        ...(rule.match.kind === "glob"
          ? { pattern: rule.match.pattern }
          : { branch_type: rule.match.branchType }),
        value: rule.value,
        accounts: rule.accounts.flatMap((account) => context.nameOf(account) ?? []).sort(),
        groups: rule.groups.map(({ slug }) => slug).sort(),
      }),
    ),
    webhooks: await exportWebhooks(context, { kind: "repository", uuid }),
  });
  return { ...fields, ...(await exportPipelines(context, repository)) };
}

async function exportDownloads(context: ExportContext, repository: Repository): Promise<readonly object[]> {
  const { database, downloads } = context.ports;
  const { values } = await listDownloads(database.kysely, { repositoryUuid: repository.uuid, ...ALL });
  const exported = [];
  for (const file of values.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const uploader = context.nameOf(file.uploader);
    if (file.sizeBytes > DOWNLOAD_BYTES_MAX || uploader === undefined) {
      const why = uploader === undefined ? "a bot has put it there" : "it is larger than 1 MiB";
      context.warn(`left out the download ${file.name} of ${fullName(repository)}: ${why}`);
      continue;
    }
    const pieces: Buffer[] = [];
    const stored = await downloads.open({ ownerUuid: repository.uuid, uuid: file.fileUuid });
    for await (const piece of stored ?? []) pieces.push(piece as Buffer);
    exported.push({ name: file.name, base64: Buffer.concat(pieces).toString("base64"), uploader });
  }
  return exported;
}
