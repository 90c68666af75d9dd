import type { VariableOwner } from "../../model/pipeline-variable.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { listEnvironments } from "../../storage/sql/deployments/environments.ts";
import { findPipelinesConfig } from "../../storage/sql/pipelines/config.ts";
import { findPublicKey } from "../../storage/sql/pipelines/key-pairs.ts";
import { listKnownHosts } from "../../storage/sql/pipelines/known-hosts.ts";
import { listPipelines } from "../../storage/sql/pipelines/pipelines.ts";
import { listSchedules } from "../../storage/sql/pipelines/schedules.ts";
import { listVariables } from "../../storage/sql/pipelines/variables.ts";
import { ALL, type ExportContext, withoutEmpty } from "./export-context.ts";

/** Values that are secured are left out, which is told. */
export async function exportVariables(
  context: ExportContext,
  owner: VariableOwner,
  ownerName: string,
): Promise<readonly object[]> {
  const { values } = await listVariables(context.ports.database.kysely, owner, ALL);
  return values
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, content }) => {
      if (content.kind === "plain") return { key, value: content.value };
      context.warn(`left out the value of the secured variable ${key} of ${ownerName}`);
      return { key, is_secured: true };
    });
}

/** The fields of a repository that are about its pipelines; none if it has never had any. */
export async function exportPipelines(context: ExportContext, repository: Repository): Promise<object> {
  const { kysely } = context.ports.database;
  const { uuid } = repository;
  const config = await findPipelinesConfig(kysely, uuid);
  const name = fullName(repository);
  const pipelines = withoutEmpty({
    is_enabled: config?.isEnabled === true ? undefined : false,
    next_build_number:
      config === undefined || config.nextBuildNumber === 1 ? undefined : config.nextBuildNumber,
    variables: await exportVariables(context, { kind: "repository", uuid }, name),
    known_hosts: (await listKnownHosts(kysely, uuid, ALL)).values
      .map(({ hostname, keyType, key }) => ({ hostname, public_key: `${keyType} ${key}` }))
      .toSorted((a, b) => (a.hostname < b.hostname ? -1 : 1)),
    schedules: (await listSchedules(kysely, uuid, ALL)).map(
      ({ refName, cronPattern, selector: { type, pattern }, isEnabled }) => ({
        branch: refName,
        cron: cronPattern,
        ...(type === "branches" && pattern === refName ? {} : { selector: type }),
        ...(pattern === undefined || (type === "branches" && pattern === refName) ? {} : { pattern }),
        ...(isEnabled ? {} : { is_enabled: false }),
      }),
    ),
  });
  if ((await findPublicKey(kysely, uuid)) !== undefined)
    context.warn(`left out the SSH key pair of the pipelines of ${name}`);
  const sort = { field: "created_on", isDescending: false } as const;
  const run = await listPipelines(kysely, { repositoryUuid: uuid, filter: {}, sort, page: 1, pagelen: 1 });
  if (run.size > 0) context.warn(`left out the pipelines that have run of ${name}`);
  const environments = await exportEnvironments(context, repository);
  const isConfigured = config?.isEnabled === true || Object.keys(pipelines).length > 1;
  return {
    ...(isConfigured ? { pipelines } : {}),
    // An empty list says that those that come with Pipelines are gone.
    ...(environments.length > 0 || config?.isEnabled === true ? { environments } : {}),
  };
}

async function exportEnvironments(
  context: ExportContext,
  repository: Repository,
): Promise<readonly object[]> {
  const { values } = await listEnvironments(context.ports.database.kysely, repository.uuid, ALL);
  const exported = [];
  for (const { uuid, name, type, isAdminOnly } of values)
    exported.push(
      withoutEmpty({
        name,
        type,
        is_admin_only: isAdminOnly || undefined,
        variables: await exportVariables(
          context,
          { kind: "environment", uuid },
          `the environment ${name} of ${fullName(repository)}`,
        ),
      }),
    );
  return exported;
}
