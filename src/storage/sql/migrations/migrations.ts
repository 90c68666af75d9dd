import { initial } from "./001-initial.ts";
import { groups } from "./002-groups.ts";
import { branchRules } from "./003-branch-rules.ts";
import { reviews } from "./004-reviews.ts";
import { webhooks } from "./005-webhooks.ts";
import { forks } from "./006-forks.ts";
import { audit } from "./007-audit.ts";
import { formerTips } from "./008-former-tips.ts";
import { installation } from "./010-installation.ts";
import { foldCase } from "./013-fold-case.ts";
import { formerNames } from "./014-former-names.ts";
import { leases } from "./015-leases.ts";
import { auditCredential } from "./016-audit-credential.ts";
import { pullRequests } from "./017-pull-requests.ts";
import { defaultReviewers } from "./018-default-reviewers.ts";
import { pullRequestComments } from "./019-pull-request-comments.ts";
import { mergeTasks } from "./020-merge-tasks.ts";
import { pullRequestActivity } from "./021-pull-request-activity.ts";
import { advertisedPullRequests } from "./022-advertised-pull-requests.ts";
import { followedComments } from "./023-followed-comments.ts";
import { sessions } from "./024-sessions.ts";
import { oneTimeLinks } from "./025-one-time-links.ts";
import { twoStep } from "./026-two-step.ts";
import { tokenPolicies } from "./028-token-policies.ts";
import { auditWorkspace } from "./029-audit-workspace.ts";
import { workspaceDays } from "./030-workspace-days.ts";
import { tokenUse } from "./031-token-use.ts";
import { tokenDrafts } from "./032-token-drafts.ts";
import { imports } from "./034-imports.ts";
import { webhookAttempts } from "./035-webhook-attempts.ts";
import { helpAnswers } from "./043-help-answers.ts";
import { credentials } from "./044-credentials.ts";
import { oauth } from "./045-oauth.ts";
import { tokenDraftLimits } from "./049-token-draft-limits.ts";
import { derivedTokens } from "./050-derived-tokens.ts";
import { tokenRecordings } from "./051-token-recordings.ts";
import { tokenCreations } from "./052-token-creations.ts";
import { apps } from "./053-apps.ts";
import { appWebhooks } from "./054-app-webhooks.ts";
import { tokenExpiry } from "./056-token-expiry.ts";
import { privateContent } from "./057-private-content.ts";
import { adminKeys } from "./058-admin-keys.ts";
import { seeds } from "./059-seeds.ts";
import { pipelines } from "./061-pipelines.ts";
import { pipelineSchedules } from "./062-pipeline-schedules.ts";
import { pipelineRunners } from "./063-pipeline-runners.ts";
import { pipelinesConfig } from "./064-pipelines-config.ts";
import { deployments } from "./065-deployments.ts";
import { pipelineVariables } from "./066-pipeline-variables.ts";
import { keys } from "./067-keys.ts";
import { groupDefaults } from "./068-group-defaults.ts";
import { repositoryWatchers } from "./069-repository-watchers.ts";
import { snippets } from "./070-snippets.ts";
import { groupMail } from "./075-group-mail.ts";
import { storedObjects } from "./076-stored-objects.ts";
import { limitsOfNodes } from "./077-limits-of-nodes.ts";
import { serverKeys } from "./078-server-keys.ts";
import { dropChecks } from "./079-drop-checks.ts";
import { objectDeletions } from "./080-object-deletions.ts";
import { storeOrigin } from "./081-store-origin.ts";
import type { Migration } from "./migration.ts";

/** In the order in which they run. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  groups,
  branchRules,
  reviews,
  webhooks,
  forks,
  audit,
  formerTips,
  installation,
  foldCase,
  formerNames,
  leases,
  auditCredential,
  pullRequests,
  defaultReviewers,
  pullRequestComments,
  mergeTasks,
  pullRequestActivity,
  advertisedPullRequests,
  followedComments,
  sessions,
  oneTimeLinks,
  twoStep,
  tokenPolicies,
  auditWorkspace,
  workspaceDays,
  tokenUse,
  tokenDrafts,
  imports,
  webhookAttempts,
  helpAnswers,
  credentials,
  oauth,
  tokenDraftLimits,
  derivedTokens,
  tokenRecordings,
  tokenCreations,
  apps,
  appWebhooks,
  tokenExpiry,
  privateContent,
  adminKeys,
  seeds,
  pipelines,
  pipelineSchedules,
  pipelineRunners,
  pipelinesConfig,
  deployments,
  pipelineVariables,
  keys,
  groupDefaults,
  repositoryWatchers,
  snippets,
  groupMail,
  storedObjects,
  limitsOfNodes,
  serverKeys,
  dropChecks,
  objectDeletions,
  storeOrigin,
];
