import type { Repository } from "../model/repository.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Section } from "./section.ts";
import { branchRestrictionsSection } from "./sections/branch-restrictions.ts";
import { projectModelSection, repositoryModelSection } from "./sections/branching-models.ts";
import { consumersSection } from "./sections/consumers.ts";
import { projectReviewersSection, repositoryReviewersSection } from "./sections/default-reviewers.ts";
import { downloadsSection } from "./sections/downloads.ts";
import { environmentsSection } from "./sections/environments.ts";
import { groupsSection } from "./sections/groups.ts";
import { projectKeysSection, repositoryKeysSection } from "./sections/keys.ts";
import { membersSection } from "./sections/members.ts";
import {
  projectPermissionsSection,
  repositoryPermissionsSection,
  type SeedProject,
} from "./sections/permissions.ts";
import { workspacePipelinesSection } from "./sections/pipeline-variables.ts";
import { pipelineRunsSection, pipelinesSection } from "./sections/pipelines.ts";
import { pullRequestsSection } from "./sections/pull-requests.ts";
import { statusesSection } from "./sections/statuses.ts";
import { tokenPolicySection } from "./sections/token-policies.ts";
import { watchersSection } from "./sections/watchers.ts";
import { repositoryWebhooksSection, workspaceWebhooksSection } from "./sections/webhooks.ts";

/** What each workspace, project and repository of a seed may have, in the order in which it is made. */
export const WORKSPACE_SECTIONS: readonly Section<Workspace>[] = [
  membersSection,
  groupsSection,
  consumersSection,
  workspacePipelinesSection,
  tokenPolicySection,
  workspaceWebhooksSection,
];

export const PROJECT_SECTIONS: readonly Section<SeedProject>[] = [
  projectPermissionsSection,
  projectReviewersSection,
  projectModelSection,
  projectKeysSection,
];

export const REPOSITORY_SECTIONS: readonly Section<Repository>[] = [
  repositoryPermissionsSection,
  repositoryReviewersSection,
  repositoryModelSection,
  repositoryKeysSection,
  watchersSection,
  statusesSection,
  downloadsSection,
  pipelinesSection,
  // They take the place of those that come with Pipelines.
  environmentsSection,
  pipelineRunsSection,
  pullRequestsSection,
  // They would hold back what comes before them.
  branchRestrictionsSection,
  repositoryWebhooksSection,
];

/**
 * Those that hear of what happens come after everything else, so that they hear of nothing of the seed; and so do rules for
 * tokens, so that tokens which are against them can be there.
 */
export const LAST_SECTIONS: readonly Section<never>[] = [
  tokenPolicySection,
  workspaceWebhooksSection,
  repositoryWebhooksSection,
];
