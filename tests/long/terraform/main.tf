# Every resource and every data source that the provider has, except for
# - bitbucket_ip_ranges, which asks ip-ranges.atlassian.com and not Bitbucket;
# - bitbucket_branching_model and bitbucket_project_branching_model: since 2.47 the provider cannot read what Bitbucket
#   answers for them (https://github.com/DrFaust92/terraform-provider-bitbucket/issues/234), and so not Pail's answer either.

terraform {
  required_providers {
    bitbucket = { source = "DrFaust92/bitbucket" }
  }
}

provider "bitbucket" {}

variable "is_changed" {
  description = "Whether everything that can be changed in place has its second value"
  type        = bool
  default     = false
}

variable "ssh_keys" {
  description = "Public keys by name"
  type        = map(string)
}

variable "pipeline_private_key" {
  type      = string
  sensitive = true
}

locals {
  workspace = data.bitbucket_workspace.team.slug
  version   = var.is_changed ? "second" : "first"
}

# People and groups

data "bitbucket_workspace" "team" {
  workspace = "team"
}

data "bitbucket_current_user" "ada" {}

data "bitbucket_workspace_members" "team" {
  workspace = local.workspace
}

locals {
  # Here and in bitbucket_group_members the provider has the display name as `username`, and the other way round.
  bob_uuid = one([for member in data.bitbucket_workspace_members.team.workspace_members : member.uuid if member.username == "Bob Example"])
}

data "bitbucket_user" "bob" {
  uuid = local.bob_uuid
}

resource "bitbucket_group" "reviewers" {
  workspace = local.workspace
  name      = "Reviewers"
  # The provider does not send these when it creates the group.
  auto_add                  = var.is_changed
  permission                = var.is_changed ? "read" : null
  email_forwarding_disabled = var.is_changed
}

resource "bitbucket_group_membership" "bob" {
  workspace  = local.workspace
  group_slug = bitbucket_group.reviewers.slug
  uuid       = data.bitbucket_user.bob.uuid
}

data "bitbucket_group" "reviewers" {
  workspace = local.workspace
  slug      = bitbucket_group.reviewers.slug
}

data "bitbucket_groups" "team" {
  workspace  = local.workspace
  depends_on = [bitbucket_group.reviewers]
}

data "bitbucket_group_members" "reviewers" {
  workspace  = local.workspace
  slug       = bitbucket_group.reviewers.slug
  depends_on = [bitbucket_group_membership.bob]
}

resource "bitbucket_ssh_key" "ada" {
  user  = data.bitbucket_current_user.ada.uuid
  key   = var.ssh_keys.ada
  label = "Laptop, ${local.version}"
}

# A project

resource "bitbucket_project" "web" {
  owner       = local.workspace
  key         = "WEB"
  name        = "Web"
  description = "Everything on the web, ${local.version}"
}

resource "bitbucket_project_default_reviewers" "web" {
  workspace = local.workspace
  project   = bitbucket_project.web.key
  reviewers = var.is_changed ? [data.bitbucket_user.bob.uuid] : [data.bitbucket_user.bob.uuid, data.bitbucket_current_user.ada.uuid]
}

resource "bitbucket_project_user_permission" "bob" {
  workspace   = local.workspace
  project_key = bitbucket_project.web.key
  user_id     = data.bitbucket_user.bob.uuid
  permission  = var.is_changed ? "create-repo" : "write"
}

resource "bitbucket_project_group_permission" "reviewers" {
  workspace   = local.workspace
  project_key = bitbucket_project.web.key
  group_slug  = bitbucket_group.reviewers.slug
  permission  = var.is_changed ? "write" : "read"
}

data "bitbucket_project" "web" {
  workspace = local.workspace
  key       = bitbucket_project.web.key
}

# Repositories

resource "bitbucket_repository" "site" {
  owner             = local.workspace
  name              = "Site"
  slug              = "site"
  project_key       = bitbucket_project.web.key
  description       = "What people see, ${local.version}"
  language          = "html"
  pipelines_enabled = true
}

resource "bitbucket_repository" "notes" {
  owner                          = local.workspace
  name                           = "notes"
  project_key                    = bitbucket_project.web.key
  is_private                     = true
  fork_policy                    = var.is_changed ? "no_forks" : "no_public_forks"
  inherit_branching_model        = var.is_changed
  inherit_default_merge_strategy = !var.is_changed
}

resource "bitbucket_forked_repository" "site" {
  owner       = local.workspace
  name        = "site-fork"
  project_key = bitbucket_project.web.key
  description = "A fork"
  language    = bitbucket_repository.site.language
  parent = {
    owner = bitbucket_repository.site.owner
    slug  = bitbucket_repository.site.slug
  }
  depends_on = [bitbucket_commit_file.readme]
}

resource "bitbucket_commit_file" "readme" {
  workspace      = local.workspace
  repo_slug      = bitbucket_repository.site.slug
  filename       = "README.md"
  content        = "# Site, ${local.version}\n"
  branch         = "main"
  commit_author  = "Ada Example <ada@example.com>"
  commit_message = "Write the ${local.version} README"
}

resource "bitbucket_branch_restriction" "push" {
  owner      = local.workspace
  repository = bitbucket_repository.site.slug
  kind       = "push"
  pattern    = var.is_changed ? "release/*" : "main"
  users      = [data.bitbucket_current_user.ada.username]
  groups {
    owner = local.workspace
    slug  = bitbucket_group.reviewers.slug
  }
  depends_on = [bitbucket_commit_file.readme]
}

resource "bitbucket_branch_restriction" "approvals" {
  owner             = local.workspace
  repository        = bitbucket_repository.site.slug
  kind              = "require_approvals_to_merge"
  branch_match_kind = "branching_model"
  branch_type       = "production"
  value             = var.is_changed ? 2 : 1
}

resource "bitbucket_default_reviewers" "site" {
  owner      = local.workspace
  repository = bitbucket_repository.site.slug
  reviewers  = [data.bitbucket_user.bob.uuid]
}

resource "bitbucket_repository_user_permission" "bob" {
  workspace  = local.workspace
  repo_slug  = bitbucket_repository.site.slug
  user_id    = data.bitbucket_user.bob.uuid
  permission = var.is_changed ? "admin" : "write"
}

resource "bitbucket_repository_group_permission" "reviewers" {
  workspace  = local.workspace
  repo_slug  = bitbucket_repository.site.slug
  group_slug = bitbucket_group.reviewers.slug
  permission = var.is_changed ? "write" : "read"
}

resource "bitbucket_deploy_key" "site" {
  workspace  = local.workspace
  repository = bitbucket_repository.site.slug
  key        = var.ssh_keys.deploy
  label      = "Deployment, ${local.version}"
}

data "bitbucket_repository" "site" {
  workspace  = local.workspace
  repo_slug  = bitbucket_repository.site.slug
  depends_on = [bitbucket_commit_file.readme]
}

data "bitbucket_file" "readme" {
  workspace = local.workspace
  repo_slug = bitbucket_repository.site.slug
  commit    = bitbucket_commit_file.readme.commit_sha
  path      = "README.md"
}

# Webhooks

data "bitbucket_hook_types" "repository" {
  subject_type = "repository"
}

resource "bitbucket_hook" "site" {
  owner       = local.workspace
  repository  = bitbucket_repository.site.slug
  url         = "https://hooks.example.com/site/${local.version}"
  description = "Chat"
  secret      = "not-really-secret-${local.version}"
  events      = var.is_changed ? ["repo:push", "pullrequest:created"] : ["repo:push"]
}

resource "bitbucket_workspace_hook" "team" {
  workspace   = local.workspace
  url         = "https://hooks.example.com/team"
  description = "Chat, ${local.version}"
  active      = !var.is_changed
  events      = ["repo:push", "pullrequest:fulfilled"]
}

# Pipelines and deployments

resource "bitbucket_workspace_variable" "region" {
  workspace = local.workspace
  key       = "REGION"
  value     = local.version
}

resource "bitbucket_repository_variable" "debug" {
  repository = bitbucket_repository.site.id
  key        = "DEBUG"
  value      = local.version
}

resource "bitbucket_repository_variable" "password" {
  repository = bitbucket_repository.site.id
  key        = "PASSWORD"
  value      = "not-really-secret-${local.version}"
  secured    = true
}

resource "bitbucket_deployment" "staging" {
  repository = bitbucket_repository.site.id
  name       = "Staging ${local.version}"
  stage      = "Staging"
  restrictions {
    admin_only = var.is_changed
  }
}

resource "bitbucket_deployment_variable" "host" {
  deployment = bitbucket_deployment.staging.id
  key        = "HOST"
  value      = "${local.version}.example.com"
}

data "bitbucket_deployment" "staging" {
  workspace  = local.workspace
  repository = bitbucket_repository.site.slug
  uuid       = bitbucket_deployment.staging.uuid
}

data "bitbucket_deployments" "site" {
  workspace  = local.workspace
  repository = bitbucket_repository.site.slug
  depends_on = [bitbucket_deployment.staging]
}

resource "bitbucket_pipeline_ssh_key" "site" {
  workspace   = local.workspace
  repository  = bitbucket_repository.site.slug
  public_key  = var.ssh_keys.pipeline
  private_key = var.pipeline_private_key
}

resource "bitbucket_pipeline_ssh_known_host" "deploy" {
  workspace  = local.workspace
  repository = bitbucket_repository.site.slug
  hostname   = var.is_changed ? "[deploy.example.com]:2222" : "deploy.example.com"
  public_key {
    key_type = "ssh-rsa"
    key      = split(" ", var.ssh_keys.known_host)[1]
  }
}

resource "bitbucket_pipeline_schedule" "nightly" {
  workspace    = local.workspace
  repository   = bitbucket_repository.site.slug
  cron_pattern = "0 30 2 * * ? *"
  enabled      = !var.is_changed
  target {
    ref_type = "branch"
    ref_name = "main"
    selector {
      type    = "branches"
      pattern = "main"
    }
  }
  depends_on = [bitbucket_commit_file.readme]
}

data "bitbucket_pipeline_oidc_config" "team" {
  workspace = local.workspace
}

data "bitbucket_pipeline_oidc_config_keys" "team" {
  workspace = local.workspace
}

# What the data sources have read

output "read" {
  value = {
    workspace     = data.bitbucket_workspace.team.name
    caller        = data.bitbucket_current_user.ada.display_name
    email         = data.bitbucket_current_user.ada.email[*].email
    user          = data.bitbucket_user.bob.display_name
    members       = sort(data.bitbucket_workspace_members.team.workspace_members[*].username)
    group         = data.bitbucket_group.reviewers.name
    groups        = data.bitbucket_groups.team.groups[*].slug
    group_members = data.bitbucket_group_members.reviewers.group_members[*].username
    project       = data.bitbucket_project.web.name
    repository    = data.bitbucket_repository.site.full_name
    main_branch   = data.bitbucket_repository.site.main_branch
    file          = data.bitbucket_file.readme.content
    deployment    = data.bitbucket_deployment.staging.stage
    deployments   = data.bitbucket_deployments.site.names
    has_push_hook = contains(data.bitbucket_hook_types.repository.hook_types[*].event, "repo:push")
    oidc_issuer   = nonsensitive(jsondecode(data.bitbucket_pipeline_oidc_config.team.oidc_config).issuer)
    oidc_keys     = nonsensitive(length(jsondecode(data.bitbucket_pipeline_oidc_config_keys.team.keys).keys))
    clone_https   = bitbucket_repository.site.clone_https
    fork_policy   = bitbucket_repository.notes.fork_policy
  }
}
