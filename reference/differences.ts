const MERGE_FLAG = "`merge=true`, which is deprecated, is treated as `topic=true`";
const NO_AVATAR = "`links.avatar` of the body is ignored: pictures are drawn by the name";
const HIDDEN_SNIPPET =
  "404, not 401, for a private snippet without a credential: nobody learns that there is one (our choice)";
const NO_SSH = "the key is stored and opens nothing: this server speaks no SSH";
const SILENT_EVENTS =
  "`repo:transfer`, `pullrequest:push` and the events of issues and pipelines can be subscribed to but are never sent";
const KINDS_WITHOUT_EFFECT =
  "`require_review_group_approvals_to_merge`, `require_all_dependencies_merged` and `allow_auto_merge_when_builds_pass` are stored but have no effect: there are no review groups, dependencies or merge queues";
const NO_RUNNERS =
  "the runner stays UNREGISTERED: the protocol of runners is published nowhere. A `uuid` in the body is ignored, so 409 is never answered; `oauth_client` has no `token_endpoint` and no `audience`";

const NO_ACCOUNT_VARIABLES =
  "403 `This resource does not support authentication using the provided token` for every credential, as is reported of API tokens";
const NO_DSA = "`ssh-dss` keys are refused; fingerprints are written as OpenSSH writes them (our choice)";
const SEARCH_LIMITS =
  "searches of the repositories that the caller may see, and that `repo:` and `project:` leave, the 100 that changed last; no syntax beyond the one described below. 429 is answered for rate limits alone";
const SEARCH_OF_NAME = `in the workspace of that name, otherwise the 404; ${SEARCH_LIMITS}`;
const NO_IDENTITY_TOKENS = "no token is issued: nothing runs pipelines here";

/**
 * What operations that are served do not do as the reference has it, by the operation's name there. An operation that is
 * served and not named here works: every parameter, field and status of the reference is there. Whoever changes a route
 * changes its line.
 */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  "GET /repositories/{workspace}/{repo_slug}/diff/{spec}": MERGE_FLAG,
  "GET /repositories/{workspace}/{repo_slug}/diffstat/{spec}": MERGE_FLAG,
  "GET /repositories/{workspace}/{repo_slug}/file-conflicts/{spec}":
    "`add_rename`, `rename_add` and `flags` are never reported; needs a scope although the reference names none (our choice)",
  "GET /repositories/{workspace}/{repo_slug}/src/{commit}/{path}":
    "`format=rendered` shows .rst and .textile as plain text; for a file that Git LFS manages the answer is the pointer, not a redirect",

  "GET /workspaces/{workspace}/search/code": SEARCH_LIMITS,
  "GET /users/{selected_user}/search/code": SEARCH_OF_NAME,
  "GET /teams/{username}/search/code": SEARCH_OF_NAME,

  "DELETE /repositories/{workspace}/{repo_slug}": "`redirect_to` is ignored: there are no pages",
  "GET /repositories/{workspace}/{repo_slug}/watchers":
    "those that `pail repository watch` has listed: people cannot watch by themselves, and nothing is sent to watchers",

  "POST /repositories/{workspace}/{repo_slug}/branch-restrictions": KINDS_WITHOUT_EFFECT,
  "PUT /repositories/{workspace}/{repo_slug}/branch-restrictions/{id}": KINDS_WITHOUT_EFFECT,
  "PUT /repositories/{workspace}/{repo_slug}/override-settings":
    "`default_merge_strategy` says whose setting counts, and no operation sets the strategy itself: it is always `merge_commit`",

  "POST /repositories/{workspace}/{repo_slug}/hooks": SILENT_EVENTS,
  "PUT /repositories/{workspace}/{repo_slug}/hooks/{uid}": SILENT_EVENTS,
  "POST /workspaces/{workspace}/hooks": SILENT_EVENTS,
  "PUT /workspaces/{workspace}/hooks/{uid}": SILENT_EVENTS,

  "GET /repositories/{workspace}/{repo_slug}/deployments":
    "deployments follow the steps of pipelines, which only the control of a stand-in moves; no `deployable`, `version` or `number`",

  "POST /repositories/{workspace}/{repo_slug}/pipelines":
    "nothing runs the pipeline: it stays PENDING until `pail control pipeline` moves it. JSON only: a pipeline in the request itself (`application/yaml`) is refused with 415. Pushes, pull requests and schedules start none",
  "GET /repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/log":
    "the log of a step that is done is answered itself, not a 307 to where it is stored",
  "GET /repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/logs/{log_uuid}":
    "only that of the build container, whose UUID is the step's: there are no service containers; no 307",
  "GET /repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/test_reports/test_cases/{test_case_uuid}/test_case_reasons":
    "a page with one `message` (our choice: no document has the shape)",
  "POST /repositories/{workspace}/{repo_slug}/pipelines_config/schedules":
    "stored, and never started by its time: `pail control schedule run` does. More than 50 are refused with 400, not with 401",
  "GET /repositories/{workspace}/{repo_slug}/pipelines-config/caches/{cache_uuid}/content-uri":
    "always 404: caches are made by `pail control`, and have no content",
  "POST /repositories/{workspace}/{repo_slug}/pipelines-config/runners": NO_RUNNERS,
  "POST /workspaces/{workspace}/pipelines-config/runners": NO_RUNNERS,

  "GET /users/{selected_user}/pipelines_config/variables": NO_ACCOUNT_VARIABLES,
  "POST /users/{selected_user}/pipelines_config/variables": NO_ACCOUNT_VARIABLES,
  "GET /users/{selected_user}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "PUT /users/{selected_user}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "DELETE /users/{selected_user}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "GET /teams/{username}/pipelines_config/variables": NO_ACCOUNT_VARIABLES,
  "POST /teams/{username}/pipelines_config/variables": NO_ACCOUNT_VARIABLES,
  "GET /teams/{username}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "PUT /teams/{username}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "DELETE /teams/{username}/pipelines_config/variables/{variable_uuid}": NO_ACCOUNT_VARIABLES,
  "POST /repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts": NO_DSA,
  "PUT /repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts/{known_host_uuid}": NO_DSA,
  "GET /workspaces/{workspace}/pipelines-config/identity/oidc/.well-known/openid-configuration":
    NO_IDENTITY_TOKENS,
  "GET /workspaces/{workspace}/pipelines-config/identity/oidc/keys.json": NO_IDENTITY_TOKENS,

  "POST /workspaces/{workspace}/projects": NO_AVATAR,
  "PUT /workspaces/{workspace}/projects/{project_key}": NO_AVATAR,

  "GET /addon/{addon_key}/client-key":
    'for the app itself, since there are no Forge apps; the body is `{"client_key"}` (our choice)',

  "POST /snippets":
    "there are no personal workspaces: it goes to the one called as the account is, else to the first that the account owns, else to the first to which it belongs",
  "GET /snippets/{workspace}":
    "`role=owner` is who created it; 404 for a private workspace without snippets that the caller may see",
  ...Object.fromEntries(
    ["GET", "PUT", "DELETE"].flatMap((method) =>
      ["", "/{node_id}"].map((rest) => [
        `${method} /snippets/{workspace}/{encoded_id}${rest}`,
        HIDDEN_SNIPPET,
      ]),
    ),
  ),
  "POST /repositories/{workspace}/{repo_slug}/deploy-keys": NO_SSH,
  "POST /workspaces/{workspace}/projects/{project_key}/deploy-keys": NO_SSH,
  "POST /users/{selected_user}/ssh-keys": NO_SSH,

  "GET /user": "`has_2fa_enabled` and `location` are always null: accounts here have neither",
};

const PRIVATE_PROPERTY =
  "the reference names no scope of OAuth; without one, a property would say that there is what it is about";

/**
 * Operations that ask for other scopes than the reference's, and why. Where the reference has scopes, ours are more, never
 * fewer.
 */
export const STRICTER_SCOPES: Readonly<Record<string, string>> = {
  "GET /repositories/{workspace}/{repo_slug}/file-conflicts/{spec}":
    "the reference names no scope of API tokens; without one, a token that may not read repositories could find out their paths",
  "GET /repositories/{workspace}/{repo_slug}/properties/{app_key}/{property_name}": PRIVATE_PROPERTY,
  "GET /repositories/{workspace}/{repo_slug}/commit/{commit}/properties/{app_key}/{property_name}":
    PRIVATE_PROPERTY,
  "GET /repositories/{workspace}/{repo_slug}/pullrequests/{pullrequest_id}/properties/{app_key}/{property_name}":
    PRIVATE_PROPERTY,
  "GET /users/{selected_user}/properties/{app_key}/{property_name}": PRIVATE_PROPERTY,
  "GET /snippets/{workspace}/{encoded_id}/watchers":
    "the reference names no scope of API tokens; without one, a token that may not read snippets could find out that there is a private one",
};

const GROUPS =
  "API 1.0, not below `/2.0`: as far as Terraform's provider uses it; keys as reported, scopes our choice";
const GONE = "410, as recorded: removed in April 2026";

/** What is served and is not in the reference. */
export const EXTRAS: Readonly<Record<string, string>> = {
  "GET /{workspace}/{repo_slug}/get/{ref}":
    "`.tar.gz`, `.tar.bz2` or `.zip` of a commit, not below `/2.0`; `read:repository`, read",
  "GET /{workspace}/{repo_slug}/raw/{ref}/{path}":
    "a file's bytes, not below `/2.0`; `read:repository`, read",
  "GET /1.0/groups/{workspace}": GROUPS,
  "POST /1.0/groups/{workspace}": GROUPS,
  "GET /1.0/groups/{workspace}/{group_slug}": GROUPS,
  "PUT /1.0/groups/{workspace}/{group_slug}": GROUPS,
  "DELETE /1.0/groups/{workspace}/{group_slug}": GROUPS,
  "GET /1.0/groups/{workspace}/{group_slug}/members": GROUPS,
  "PUT /1.0/groups/{workspace}/{group_slug}/members/{member}": GROUPS,
  "DELETE /1.0/groups/{workspace}/{group_slug}/members/{member}": GROUPS,
  "GET /repositories": GONE,
  "GET /workspaces": GONE,
  "GET /user/permissions/workspaces": GONE,
  "GET /user/permissions/repositories": GONE,
  "GET /snippets": GONE,
};
