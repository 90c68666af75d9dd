import type { PageEntry } from "./pipeline/register-page.ts";

const READ = ["GET"] as const;
const FORM = ["GET", "POST"] as const;
const POST = ["POST"] as const;

/** Every page, by its address. Its file lies where the address says. */
export const PAGE_LIST: readonly PageEntry[] = [
  { path: "/", methods: READ, load: async () => (await import("./home.ts")).homePage },
  {
    path: "/-/cannot-sign-in",
    methods: FORM,
    load: async () => (await import("./cannot-sign-in.ts")).cannotSignInPage,
  },
  {
    path: "/-/confirm-password",
    methods: FORM,
    load: async () => (await import("./confirm-password.ts")).confirmPasswordPage,
  },
  {
    path: "/-/go-to",
    methods: READ,
    load: async () => (await import("./go-to.ts")).goToPage,
  },
  {
    path: "/-/help/api-tokens",
    methods: FORM,
    load: async () => (await import("./help/api-tokens.ts")).apiTokensHelpPage,
  },
  { path: "/-/link/{secret}", methods: FORM, load: async () => (await import("./link.ts")).linkPage },
  {
    path: "/-/new/workspace",
    methods: FORM,
    load: async () => (await import("./new/workspace.ts")).newWorkspacePage,
  },
  {
    path: "/-/preferences",
    methods: FORM,
    load: async () => (await import("./preferences.ts")).preferencesPage,
  },
  {
    path: "/-/pull-requests",
    methods: READ,
    load: async () => (await import("./pull-requests.ts")).ownPullRequestsPage,
  },
  {
    path: "/-/settings/api-tokens",
    methods: READ,
    load: async () => (await import("./settings/api-tokens.ts")).apiTokensPage,
  },
  {
    path: "/-/settings/api-tokens/new",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/new.ts")).newTokenPage,
  },
  {
    path: "/-/settings/api-tokens/new/{draft}",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/new/draft.ts")).tokenDraftPage,
  },
  {
    path: "/-/settings/api-tokens/new/{draft}/limits",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/new/limits.ts")).tokenLimitsPage,
  },
  {
    path: "/-/settings/api-tokens/new/{draft}/review",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/new/review.ts")).tokenReviewPage,
  },
  {
    path: "/-/settings/api-tokens/new/{draft}/scopes",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/new/scopes.ts")).tokenScopesPage,
  },
  {
    path: "/-/settings/api-tokens/{token}",
    methods: READ,
    load: async () => (await import("./settings/api-tokens/token.ts")).tokenPage,
  },
  {
    path: "/-/settings/api-tokens/{token}/revoke",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/revoke.ts")).revokeTokenPage,
  },
  {
    path: "/-/settings/api-tokens/{token}/rotate",
    methods: FORM,
    load: async () => (await import("./settings/api-tokens/rotate.ts")).rotateTokenPage,
  },
  {
    path: "/-/settings/app-authorizations",
    methods: FORM,
    load: async () => (await import("./settings/app-authorizations.ts")).appAuthorizationsPage,
  },
  {
    path: "/-/settings/email-aliases",
    methods: FORM,
    load: async () => (await import("./settings/email-aliases.ts")).emailAliasesPage,
  },
  {
    path: "/-/settings/expiry-calendar",
    methods: FORM,
    load: async () => (await import("./settings/expiry-calendar.ts")).expiryCalendarPage,
  },
  {
    path: "/-/settings/password",
    methods: FORM,
    load: async () => (await import("./settings/password.ts")).passwordPage,
  },
  {
    path: "/-/settings/profile",
    methods: FORM,
    load: async () => (await import("./settings/profile.ts")).profilePage,
  },
  {
    path: "/-/settings/refusals",
    methods: READ,
    load: async () => (await import("./settings/refusals.ts")).refusalsPage,
  },
  {
    path: "/-/settings/refusals/{sequence}",
    methods: READ,
    load: async () => (await import("./settings/refusals/refusal-page.ts")).refusalPage,
  },
  {
    path: "/-/settings/sessions",
    methods: FORM,
    load: async () => (await import("./settings/sessions.ts")).sessionsPage,
  },
  {
    path: "/-/settings/two-step",
    methods: FORM,
    load: async () => (await import("./settings/two-step.ts")).twoStepPage,
  },
  { path: "/-/sign-in", methods: FORM, load: async () => (await import("./sign-in.ts")).signInPage },
  { path: "/-/sign-out", methods: POST, load: async () => (await import("./sign-out.ts")).signOutPage },
  {
    path: "/site/addons/authorize",
    methods: FORM,
    load: async () => (await import("./site/addons/authorize.ts")).authorizeAppPage,
  },
  {
    path: "/site/oauth2/authorize",
    methods: FORM,
    takesAnyQuery: true,
    load: async () => (await import("./site/oauth2/authorize.ts")).authorizePage,
  },
  {
    path: "/site/oauth2/device",
    methods: FORM,
    load: async () => (await import("./site/oauth2/device.ts")).devicePage,
  },
  {
    path: "/snippets/{workspace}/{encoded_id}",
    methods: READ,
    load: async () => (await import("./snippets.ts")).snippetPage,
  },
  {
    path: "/{workspace}",
    methods: READ,
    load: async () => (await import("./workspace/workspace.ts")).workspacePage,
  },
  {
    path: "/{workspace}/workspace/imports/{import_id}",
    methods: FORM,
    load: async () => (await import("./workspace/imports/import.ts")).importProgressPage,
  },
  {
    path: "/{workspace}/workspace/members",
    methods: READ,
    load: async () => (await import("./workspace/members.ts")).membersPage,
  },
  {
    path: "/{workspace}/workspace/members/{member}",
    methods: FORM,
    load: async () => (await import("./workspace/members/member.ts")).memberPage,
  },
  {
    path: "/{workspace}/workspace/new/import",
    methods: FORM,
    load: async () => (await import("./workspace/new/import.ts")).importPage,
  },
  {
    path: "/{workspace}/workspace/new/project",
    methods: FORM,
    load: async () => (await import("./workspace/new/project.ts")).newProjectPage,
  },
  {
    path: "/{workspace}/workspace/new/repository",
    methods: FORM,
    load: async () => (await import("./workspace/new/repository.ts")).newRepositoryPage,
  },
  {
    path: "/{workspace}/workspace/projects",
    methods: READ,
    load: async () => (await import("./workspace/projects/projects.ts")).projectsPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}",
    methods: READ,
    load: async () => (await import("./workspace/projects/project.ts")).projectPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/access-tokens",
    methods: READ,
    load: async () =>
      (await import("./workspace/projects/access-tokens/access-tokens.ts")).projectAccessTokensPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/access-tokens/new",
    methods: FORM,
    load: async () => (await import("./workspace/projects/access-tokens/new.ts")).projectNewAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/revoke",
    methods: FORM,
    load: async () =>
      (await import("./workspace/projects/access-tokens/revoke.ts")).projectRevokeAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/access-tokens/{token}/rotate",
    methods: FORM,
    load: async () =>
      (await import("./workspace/projects/access-tokens/rotate.ts")).projectRotateAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/default-reviewers",
    methods: FORM,
    load: async () => (await import("./workspace/projects/default-reviewers.ts")).projectDefaultReviewersPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/permissions",
    methods: FORM,
    load: async () => (await import("./workspace/projects/permissions.ts")).projectPermissionsPage,
  },
  {
    path: "/{workspace}/workspace/projects/{project_key}/settings",
    methods: FORM,
    load: async () => (await import("./workspace/projects/settings.ts")).projectSettingsPage,
  },
  {
    path: "/{workspace}/workspace/pull-requests",
    methods: READ,
    load: async () => (await import("./workspace/pull-requests.ts")).workspacePullRequestsPage,
  },
  {
    path: "/{workspace}/workspace/repositories",
    methods: READ,
    load: async () => (await import("./workspace/repositories.ts")).repositoriesPage,
  },
  {
    path: "/{workspace}/workspace/settings/access-tokens",
    methods: READ,
    load: async () =>
      (await import("./workspace/settings/access-tokens/access-tokens.ts")).workspaceAccessTokensPage,
  },
  {
    path: "/{workspace}/workspace/settings/access-tokens/new",
    methods: FORM,
    load: async () => (await import("./workspace/settings/access-tokens/new.ts")).workspaceNewAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/settings/access-tokens/{token}/revoke",
    methods: FORM,
    load: async () =>
      (await import("./workspace/settings/access-tokens/revoke.ts")).workspaceRevokeAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/settings/access-tokens/{token}/rotate",
    methods: FORM,
    load: async () =>
      (await import("./workspace/settings/access-tokens/rotate.ts")).workspaceRotateAccessTokenPage,
  },
  {
    path: "/{workspace}/workspace/settings/audit-log",
    methods: READ,
    load: async () => (await import("./workspace/settings/audit-log/audit-log.ts")).auditLogPage,
  },
  {
    path: "/{workspace}/workspace/settings/audit-log/export",
    methods: READ,
    load: async () => (await import("./workspace/settings/audit-log/export.ts")).auditExportPage,
  },
  {
    path: "/{workspace}/workspace/settings/general",
    methods: FORM,
    load: async () => (await import("./workspace/settings/general.ts")).generalPage,
  },
  {
    path: "/{workspace}/workspace/settings/groups",
    methods: FORM,
    load: async () => (await import("./workspace/settings/groups.ts")).groupsPage,
  },
  {
    path: "/{workspace}/workspace/settings/groups/{group}",
    methods: FORM,
    load: async () => (await import("./workspace/settings/groups/group.ts")).groupPage,
  },
  {
    path: "/{workspace}/workspace/settings/growth",
    methods: READ,
    load: async () => (await import("./workspace/settings/growth/growth.ts")).growthPage,
  },
  {
    path: "/{workspace}/workspace/settings/installed-apps",
    methods: FORM,
    load: async () =>
      (await import("./workspace/settings/installed-apps/installed-apps.ts")).installedAppsPage,
  },
  {
    path: "/{workspace}/workspace/settings/installed-apps/{app_key}",
    methods: READ,
    load: async () => (await import("./workspace/settings/installed-apps/app.ts")).appPage,
  },
  {
    path: "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}",
    methods: READ,
    load: async () =>
      (await import("./workspace/settings/installed-apps/webhooks/webhook.ts")).appWebhookPage,
  },
  {
    path: "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}/deliveries/{delivery_id}",
    methods: FORM,
    load: async () =>
      (await import("./workspace/settings/installed-apps/webhooks/deliveries/delivery.ts")).appDeliveryPage,
  },
  {
    path: "/{workspace}/workspace/settings/invitations",
    methods: FORM,
    load: async () => (await import("./workspace/settings/invitations.ts")).invitationsPage,
  },
  {
    path: "/{workspace}/workspace/settings/oauth-consumers",
    methods: READ,
    load: async () =>
      (await import("./workspace/settings/oauth-consumers/oauth-consumers.ts")).oauthConsumersPage,
  },
  {
    path: "/{workspace}/workspace/settings/oauth-consumers/new",
    methods: FORM,
    load: async () => (await import("./workspace/settings/oauth-consumers/new.ts")).newConsumerPage,
  },
  {
    path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}",
    methods: FORM,
    load: async () => (await import("./workspace/settings/oauth-consumers/consumer.ts")).consumerPage,
  },
  {
    path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/delete",
    methods: FORM,
    load: async () => (await import("./workspace/settings/oauth-consumers/delete.ts")).deleteConsumerPage,
  },
  {
    path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/secret",
    methods: FORM,
    load: async () => (await import("./workspace/settings/oauth-consumers/secret.ts")).consumerSecretPage,
  },
  {
    path: "/{workspace}/workspace/settings/policies",
    methods: FORM,
    load: async () => (await import("./workspace/settings/policies.ts")).policiesPage,
  },
  {
    path: "/{workspace}/workspace/settings/tokens",
    methods: READ,
    load: async () => (await import("./workspace/settings/tokens.ts")).tokensPage,
  },
  {
    path: "/{workspace}/workspace/settings/tokens/{token_id}",
    methods: FORM,
    load: async () => (await import("./workspace/settings/tokens/token.ts")).workspaceTokenPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks",
    methods: READ,
    load: async () => (await import("./workspace/settings/webhooks/webhooks.ts")).workspaceWebhooksPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks/new",
    methods: FORM,
    load: async () => (await import("./workspace/settings/webhooks/new.ts")).workspaceNewWebhookPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks/{uid}",
    methods: READ,
    load: async () => (await import("./workspace/settings/webhooks/webhook.ts")).workspaceWebhookPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks/{uid}/delete",
    methods: FORM,
    load: async () => (await import("./workspace/settings/webhooks/delete.ts")).workspaceDeleteWebhookPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks/{uid}/deliveries/{delivery_id}",
    methods: FORM,
    load: async () =>
      (await import("./workspace/settings/webhooks/deliveries/delivery.ts")).workspaceDeliveryPage,
  },
  {
    path: "/{workspace}/workspace/settings/webhooks/{uid}/edit",
    methods: FORM,
    load: async () => (await import("./workspace/settings/webhooks/edit.ts")).workspaceEditWebhookPage,
  },
  {
    path: "/{workspace}/{repo_slug}",
    methods: READ,
    load: async () => (await import("./repository/repository.ts")).repositoryPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin",
    methods: FORM,
    load: async () => (await import("./repository/admin/general.ts")).repositoryGeneralPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/access-tokens",
    methods: READ,
    load: async () =>
      (await import("./repository/admin/access-tokens/access-tokens.ts")).repositoryAccessTokensPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/access-tokens/new",
    methods: FORM,
    load: async () => (await import("./repository/admin/access-tokens/new.ts")).repositoryNewAccessTokenPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/access-tokens/{token}/revoke",
    methods: FORM,
    load: async () =>
      (await import("./repository/admin/access-tokens/revoke.ts")).repositoryRevokeAccessTokenPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/access-tokens/{token}/rotate",
    methods: FORM,
    load: async () =>
      (await import("./repository/admin/access-tokens/rotate.ts")).repositoryRotateAccessTokenPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/branch-restrictions",
    methods: READ,
    load: async () =>
      (await import("./repository/admin/branch-restrictions/branch-restrictions.ts")).branchRestrictionsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/branch-restrictions/new",
    methods: FORM,
    load: async () => (await import("./repository/admin/branch-restrictions/new.ts")).newRulePage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}",
    methods: FORM,
    load: async () => (await import("./repository/admin/branch-restrictions/rule.ts")).rulePage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}/delete",
    methods: FORM,
    load: async () => (await import("./repository/admin/branch-restrictions/delete.ts")).deleteRulePage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/branching-model",
    methods: FORM,
    load: async () => (await import("./repository/admin/branching-model.ts")).branchingModelPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/default-reviewers",
    methods: FORM,
    load: async () => (await import("./repository/admin/default-reviewers.ts")).defaultReviewersPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/delete",
    methods: FORM,
    load: async () => (await import("./repository/admin/delete.ts")).deleteRepositoryPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/permissions",
    methods: FORM,
    load: async () => (await import("./repository/admin/permissions.ts")).repositoryPermissionsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks",
    methods: READ,
    load: async () => (await import("./repository/admin/webhooks/webhooks.ts")).repositoryWebhooksPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks/new",
    methods: FORM,
    load: async () => (await import("./repository/admin/webhooks/new.ts")).repositoryNewWebhookPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}",
    methods: READ,
    load: async () => (await import("./repository/admin/webhooks/webhook.ts")).repositoryWebhookPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/delete",
    methods: FORM,
    load: async () => (await import("./repository/admin/webhooks/delete.ts")).repositoryDeleteWebhookPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/deliveries/{delivery_id}",
    methods: FORM,
    load: async () =>
      (await import("./repository/admin/webhooks/deliveries/delivery.ts")).repositoryDeliveryPage,
  },
  {
    path: "/{workspace}/{repo_slug}/admin/webhooks/{uid}/edit",
    methods: FORM,
    load: async () => (await import("./repository/admin/webhooks/edit.ts")).repositoryEditWebhookPage,
  },
  {
    path: "/{workspace}/{repo_slug}/annotate/{commit}/{path}",
    lastParameterSpans: "some",
    methods: READ,
    load: async () => (await import("./repository/annotate.ts")).annotatePage,
  },
  {
    path: "/{workspace}/{repo_slug}/branch/{name}",
    lastParameterSpans: "some",
    methods: FORM,
    load: async () => (await import("./repository/branch.ts")).branchPage,
  },
  {
    path: "/{workspace}/{repo_slug}/branches",
    methods: FORM,
    load: async () => (await import("./repository/branches.ts")).branchesPage,
  },
  {
    path: "/{workspace}/{repo_slug}/branches/compare/{spec}",
    lastParameterSpans: "maybe-none",
    methods: READ,
    load: async () => (await import("./repository/branches/compare.ts")).comparePage,
  },
  {
    path: "/{workspace}/{repo_slug}/commits",
    methods: READ,
    load: async () => (await import("./repository/commits.ts")).commitsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/commits/branch/{name}",
    lastParameterSpans: "some",
    methods: READ,
    load: async () => (await import("./repository/commits/branch.ts")).branchCommitsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/commits/tag/{name}",
    lastParameterSpans: "some",
    methods: READ,
    load: async () => (await import("./repository/commits/tag.ts")).tagCommitsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/commits/{commit}",
    methods: READ,
    load: async () => (await import("./repository/commits/commit.ts")).commitPage,
  },
  {
    path: "/{workspace}/{repo_slug}/downloads",
    methods: FORM,
    takesFiles: true,
    load: async () => (await import("./repository/downloads/downloads.ts")).downloadsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/downloads/{filename}",
    methods: READ,
    load: async () => (await import("./repository/downloads/download.ts")).downloadPage,
  },
  {
    path: "/{workspace}/{repo_slug}/files",
    methods: READ,
    load: async () => (await import("./repository/files.ts")).filesPage,
  },
  {
    path: "/{workspace}/{repo_slug}/fork",
    methods: FORM,
    load: async () => (await import("./repository/fork.ts")).forkPage,
  },
  {
    path: "/{workspace}/{repo_slug}/forks",
    methods: READ,
    load: async () => (await import("./repository/forks.ts")).forksPage,
  },
  {
    path: "/{workspace}/{repo_slug}/history-node/{commit}/{path}",
    lastParameterSpans: "some",
    methods: READ,
    load: async () => (await import("./repository/history-node.ts")).historyNodePage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests",
    methods: READ,
    load: async () => (await import("./repository/pull-requests.ts")).pullRequestsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/new",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/new.ts")).newPullRequestPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/pull-request.ts")).pullRequestPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/_/diff",
    methods: READ,
    load: async () => (await import("./repository/pull-requests/_/diff.ts")).pullRequestDiffPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/activity",
    methods: READ,
    load: async () => (await import("./repository/pull-requests/activity.ts")).activityPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comment",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/comment.ts")).commentPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comments/{comment_id}",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/comments.ts")).commentsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/commits",
    methods: READ,
    load: async () => (await import("./repository/pull-requests/commits.ts")).pullRequestCommitsPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/decline",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/decline.ts")).declinePage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/edit",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/edit.ts")).editPullRequestPage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/merge",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/merge.ts")).mergePage,
  },
  {
    path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/tasks/{task_id}",
    methods: FORM,
    load: async () => (await import("./repository/pull-requests/tasks.ts")).tasksPage,
  },
  {
    path: "/{workspace}/{repo_slug}/raw/{commit}/{path}",
    lastParameterSpans: "some",
    sharesAddress: true,
    methods: READ,
    load: async () => (await import("./repository/raw.ts")).rawPage,
  },
  {
    path: "/{workspace}/{repo_slug}/src",
    methods: READ,
    load: async () => (await import("./repository/src/root.ts")).srcRootPage,
  },
  {
    path: "/{workspace}/{repo_slug}/src/{commit}/{path}",
    lastParameterSpans: "maybe-none",
    methods: READ,
    load: async () => (await import("./repository/src.ts")).srcPage,
  },
  {
    path: "/{workspace}/{repo_slug}/tags",
    methods: READ,
    load: async () => (await import("./repository/tags.ts")).tagsPage,
  },
];
