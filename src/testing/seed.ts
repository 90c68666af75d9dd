// Made of src/seeds/seed.schema.json by src/seeds/seed-schema.test.ts (UPDATE_SEED_SCHEMA=1).

/** What a seed has, as in its file: docs/seeds.md. */
export type Seed = {
  readonly $schema?: string;
  /** When it all began (2026-01-01): times and ids of commits follow from it */
  readonly time?: string;
  /** People and bots */
  readonly accounts?: readonly {
    /** The primary e-mail address, confirmed */
    readonly email: string;
    /** Without one: what stands before the @ of the address */
    readonly username?: string;
    /** As it is shown */
    readonly name?: string;
    /** For the pages. Git and the API take tokens only */
    readonly password?: string;
    readonly is_disabled?: boolean;
    readonly other_emails?: readonly {
      /** Another address of the account */
      readonly address: string;
      readonly is_confirmed?: boolean;
    }[];
    readonly ssh_keys?: readonly {
      /** As a .pub file has it */
      readonly key: string;
      /** As it is shown */
      readonly label?: string;
      /** 30d from the start, or a date. Without it: never */
      readonly expires?: string;
    }[];
    readonly gpg_keys?: readonly {
      /** In ASCII armor */
      readonly key: string;
      /** Without one: the first user id of the key */
      readonly name?: string;
    }[];
  }[];
  /** With their members and groups */
  readonly workspaces?: readonly {
    /** Its name in URLs */
    readonly slug: string;
    /** As it is shown. Without one: the slug */
    readonly name?: string;
    /** The account that owns it */
    readonly owner: string;
    readonly is_private?: boolean;
    /** The key of the first project, which has all repositories that name none (PROJ) */
    readonly project?: string;
    readonly members?: readonly {
      /** An account: its e-mail address or user name */
      readonly account: string;
      readonly role?: "owner" | "member";
      /** What a member may do in every repository */
      readonly permission?: "none" | "read" | "write" | "admin";
    }[];
    readonly groups?: readonly {
      /** Its slug is made of it */
      readonly name: string;
      readonly members?: readonly string[];
    }[];
    readonly consumers?: readonly {
      /** By which the credentials file has its key and secret. Each once in a seed */
      readonly name: string;
      readonly scopes: readonly (
        | "account"
        | "account:write"
        | "email"
        | "project"
        | "project:write"
        | "project:admin"
        | "repository"
        | "repository:write"
        | "repository:admin"
        | "repository:delete"
        | "pullrequest"
        | "pullrequest:write"
        | "issue"
        | "issue:write"
        | "wiki"
        | "webhook"
        | "snippet"
        | "snippet:write"
        | "pipeline"
        | "pipeline:write"
        | "pipeline:variable"
        | "runner"
        | "runner:write"
        | "team"
        | "team:write"
        | "test"
        | "test:write")[];
      /** What it is for */
      readonly description?: string;
      /** Of its site */
      readonly url?: string;
      /** Where people are sent back to */
      readonly callback?: string;
      /** Whether it keeps its secret, and may act by itself */
      readonly is_private?: boolean;
    }[];
    readonly pipelines?: {
      readonly variables?: readonly {
        /** Letters, digits and _, and no digit first */
        readonly key: string;
        /** Without one: empty */
        readonly value?: string;
        /** Whether nobody is shown its value. Exports leave it out */
        readonly is_secured?: boolean;
      }[];
    };
    readonly token_policy?: {
      readonly lifetime_days_max?: number;
      readonly refused_scopes?: readonly string[];
      readonly addresses?: readonly string[];
      readonly requires_two_step?: boolean;
      /** From when on tokens of the seed are refused: 30d or a date. Without it: at once */
      readonly enforced_from?: string;
    };
    /** They hear of what happens after the seed */
    readonly webhooks?: readonly {
      /** Where events are sent */
      readonly url: string;
      /** What it is for */
      readonly description?: string;
      readonly events: readonly (
        | "issue:comment_created"
        | "issue:created"
        | "issue:updated"
        | "pipeline:span_created"
        | "project:updated"
        | "pullrequest:approved"
        | "pullrequest:changes_request_created"
        | "pullrequest:changes_request_removed"
        | "pullrequest:comment_created"
        | "pullrequest:comment_deleted"
        | "pullrequest:comment_reopened"
        | "pullrequest:comment_resolved"
        | "pullrequest:comment_updated"
        | "pullrequest:created"
        | "pullrequest:fulfilled"
        | "pullrequest:push"
        | "pullrequest:rejected"
        | "pullrequest:unapproved"
        | "pullrequest:updated"
        | "repo:commit_comment_created"
        | "repo:commit_status_created"
        | "repo:commit_status_updated"
        | "repo:created"
        | "repo:deleted"
        | "repo:fork"
        | "repo:imported"
        | "repo:push"
        | "repo:transfer"
        | "repo:updated"
        | "token:expiring")[];
      readonly is_active?: boolean;
      /** Signs what is sent. It is test data: exports leave it out */
      readonly secret?: string;
      readonly skips_certificate_check?: boolean;
    }[];
  }[];
  /** Beside those that workspaces begin with */
  readonly projects?: readonly {
    /** Its slug */
    readonly workspace: string;
    /** Such as WEB. That of the workspace's first project changes it */
    readonly key: string;
    /** As it is shown. Without one: the key */
    readonly name?: string;
    /** What it is for */
    readonly description?: string;
    readonly is_private?: boolean;
    /** Given in all repositories of the project */
    readonly permissions?: readonly {
      /** An account: its e-mail address or user name */
      readonly account?: string;
      /** The slug of a group of the workspace */
      readonly group?: string;
      readonly permission: "none" | "read" | "write" | "create-repo" | "admin";
    }[];
    /** Who reviews pull requests, unless others are named */
    readonly default_reviewers?: readonly string[];
    /** How branches are called */
    readonly branching_model?: {
      /** A branch. Without one: the main branch */
      readonly development?: string;
      /** A branch. Without one there is no production branch */
      readonly production?: string;
      /** How such branches begin; null: there are none */
      readonly bugfix?: string | null;
      /** How such branches begin; null: there are none */
      readonly feature?: string | null;
      /** How such branches begin; null: there are none */
      readonly hotfix?: string | null;
      /** How such branches begin; null: there are none */
      readonly release?: string | null;
      readonly deletes_merged_branches?: boolean;
    };
    readonly deploy_keys?: readonly {
      /** As a .pub file has it */
      readonly key: string;
      /** As it is shown */
      readonly label?: string;
      /** Who has added it */
      readonly creator?: string;
    }[];
  }[];
  /** With their commits and what is about them */
  readonly repositories?: readonly {
    /** Its slug */
    readonly workspace: string;
    /** As it is shown. The slug is made of it */
    readonly name: string;
    /** Its name in URLs */
    readonly slug?: string;
    /** The key of a project. Without one: the first of the workspace */
    readonly project?: string;
    /** What it is for */
    readonly description?: string;
    /** A URL */
    readonly website?: string;
    /** Such as go */
    readonly language?: string;
    readonly is_private?: boolean;
    readonly has_issues?: boolean;
    readonly has_wiki?: boolean;
    readonly fork_policy?: "allow_forks" | "no_public_forks" | "no_forks";
    /** Without one: main, or the branch that the source names */
    readonly main_branch?: string;
    /** A commit comes after its parents */
    readonly commits?: readonly {
      /** A name for it, by which others of the seed call it */
      readonly id?: string;
      /** A line feed is added if there is none */
      readonly message: string;
      /** An account, or `Name <address>`. Without one: the workspace's owner */
      readonly author?: string;
      /** Without one: the author */
      readonly committer?: string;
      /** Without one: a minute after the commit before it in the list: a date, or a time of RFC 3339 */
      readonly date?: string;
      /** Which moves to it. Without one: the main branch */
      readonly branch?: string;
      /** Without them: the tip of the branch, or of the main branch for a new one */
      readonly parents?: readonly string[];
      /** A second parent, whose changes are taken where the first has none: a commit's `id` in the seed, a branch, or a commit id */
      readonly merge?: string;
      /** What is different from the first parent, by path */
      readonly files?: Readonly<Record<string, string | {
        /** Its text, or where a link leads */
        readonly content?: string;
        /** Its bytes */
        readonly base64?: string;
        readonly mode?: "file" | "executable" | "link";
      } | null>>;
    }[];
    /** Branches beside those of the commits, by name */
    readonly branches?: Readonly<Record<string, string>>;
    readonly tags?: readonly {
      /** Such as v1.0 */
      readonly name: string;
      /** What it names: a commit's `id` in the seed, a branch, or a commit id */
      readonly target: string;
      /** Makes it an annotated tag */
      readonly message?: string;
      /** An account, or `Name <address>`. Without one: the workspace's owner */
      readonly tagger?: string;
      /** Without one: that of the commit: a date, or a time of RFC 3339 */
      readonly date?: string;
    }[];
    /** In place of commits: a repository, a bundle, or a folder of files, from where the seed lies */
    readonly from?: string;
    /** Such as team/site: a repository of the seed. Commits come after its own */
    readonly fork_of?: string;
    /** Given in this repository, beside those of the workspace and the project */
    readonly permissions?: readonly {
      /** An account: its e-mail address or user name */
      readonly account?: string;
      /** The slug of a group of the workspace */
      readonly group?: string;
      readonly permission: "none" | "read" | "write" | "admin";
    }[];
    /** Who reviews pull requests, unless others are named */
    readonly default_reviewers?: readonly string[];
    /** How branches are called */
    readonly branching_model?: {
      /** A branch. Without one: the main branch */
      readonly development?: string;
      /** A branch. Without one there is no production branch */
      readonly production?: string;
      /** How such branches begin; null: there are none */
      readonly bugfix?: string | null;
      /** How such branches begin; null: there are none */
      readonly feature?: string | null;
      /** How such branches begin; null: there are none */
      readonly hotfix?: string | null;
      /** How such branches begin; null: there are none */
      readonly release?: string | null;
      readonly deletes_merged_branches?: boolean;
    };
    readonly deploy_keys?: readonly {
      /** As a .pub file has it */
      readonly key: string;
      /** As it is shown */
      readonly label?: string;
      /** Who has added it */
      readonly creator?: string;
    }[];
    /** Accounts that watch it */
    readonly watchers?: readonly string[];
    readonly statuses?: readonly {
      /** Of what: a commit's `id` in the seed, a branch, or a commit id */
      readonly commit: string;
      /** Each once on a commit */
      readonly key: string;
      readonly state: "SUCCESSFUL" | "FAILED" | "INPROGRESS" | "STOPPED";
      /** As it is shown */
      readonly name?: string;
      /** More of it */
      readonly description?: string;
      /** Of the build */
      readonly url?: string;
      /** The branch that was built */
      readonly refname?: string;
    }[];
    readonly downloads?: readonly {
      /** Of the file */
      readonly name: string;
      /** Its text */
      readonly content?: string;
      /** Its bytes */
      readonly base64?: string;
      /** Who has put it there */
      readonly uploader: string;
    }[];
    readonly pipelines?: {
      readonly is_enabled?: boolean;
      readonly next_build_number?: number;
      readonly variables?: readonly {
        /** Letters, digits and _, and no digit first */
        readonly key: string;
        /** Without one: empty */
        readonly value?: string;
        /** Whether nobody is shown its value. Exports leave it out */
        readonly is_secured?: boolean;
      }[];
      readonly known_hosts?: readonly {
        /** host, [host] or [host]:port */
        readonly hostname: string;
        /** Such as ssh-ed25519 AAAA… */
        readonly public_key: string;
      }[];
      readonly key_pair?: {
        /** Such as ssh-ed25519 AAAA… */
        readonly public_key: string;
        /** In PEM. It is test data: exports leave it out */
        readonly private_key: string;
      };
      readonly schedules?: readonly {
        /** What it runs on */
        readonly branch: string;
        /** Seven fields as Quartz has them, in UTC: 0 30 12 * * ? * */
        readonly cron: string;
        readonly selector?: "branches" | "tags" | "bookmarks" | "default" | "custom" | "pull-requests";
        /** Which part of the selector's runs. Without one: the branch */
        readonly pattern?: string;
        readonly is_enabled?: boolean;
      }[];
      /** Pipelines, numbered from next_build_number. Without steps and result they are pending */
      readonly runs?: readonly {
        /** What it ran on. Its last commit needs a bitbucket-pipelines.yml */
        readonly branch: string;
        /** Who has started it */
        readonly creator?: string;
        /** Those that have started */
        readonly steps?: readonly {
          /** As the file has it. Without one: the step at the same place */
          readonly name?: string;
          /** Without one: it runs still */
          readonly result?: "SUCCESSFUL" | "FAILED" | "ERROR" | "STOPPED" | "EXPIRED" | "NOT_RUN";
          /** What it has written */
          readonly log?: string;
        }[];
        /** Of all steps that are not described, or run still */
        readonly result?: "SUCCESSFUL" | "FAILED" | "ERROR" | "STOPPED" | "EXPIRED" | "NOT_RUN";
      }[];
    };
    /** In their order. Without them: those that come with Pipelines */
    readonly environments?: readonly {
      /** Such as Production */
      readonly name: string;
      readonly type: "Test" | "Staging" | "Production";
      /** Whether only admins deploy to it */
      readonly is_admin_only?: boolean;
      readonly variables?: readonly {
        /** Letters, digits and _, and no digit first */
        readonly key: string;
        /** Without one: empty */
        readonly value?: string;
        /** Whether nobody is shown its value. Exports leave it out */
        readonly is_secured?: boolean;
      }[];
    }[];
    readonly pull_requests?: readonly {
      /** What it does */
      readonly title: string;
      /** Markdown */
      readonly description?: string;
      /** Who asks for it */
      readonly author: string;
      /** A branch */
      readonly source: string;
      /** A fork, such as bob/site. Without one: this repository */
      readonly source_repository?: string;
      /** A branch. Without one: the main branch */
      readonly destination?: string;
      readonly reviewers?: readonly string[];
      readonly is_draft?: boolean;
      readonly close_source_branch?: boolean;
      /** Without one: ten days after the begin, and an hour for each before it: a date, or a time of RFC 3339 */
      readonly created_on?: string;
      readonly approvals?: readonly string[];
      readonly changes_requested?: readonly string[];
      readonly comments?: readonly {
        /** Who has written it */
        readonly author: string;
        /** Markdown */
        readonly text: string;
        /** A file of the diff. Without one it is on the whole */
        readonly path?: string;
        /** Of the new version */
        readonly line?: number;
        /** Of the old version */
        readonly old_line?: number;
        /** Who has resolved it. It is on the diff then */
        readonly resolved_by?: string;
        readonly replies?: readonly {
          /** Who has written it */
          readonly author: string;
          /** Markdown */
          readonly text: string;
        }[];
        /** What is to be done before the merge */
        readonly tasks?: readonly {
          /** Who has written it */
          readonly author: string;
          /** Markdown */
          readonly text: string;
          /** Who has done it */
          readonly resolved_by?: string;
        }[];
      }[];
      /** What is to be done before the merge */
      readonly tasks?: readonly {
        /** Who has written it */
        readonly author: string;
        /** Markdown */
        readonly text: string;
        /** Who has done it */
        readonly resolved_by?: string;
      }[];
      readonly state?: "open" | "merged" | "declined";
      /** Who has merged or declined it. Without one: the author */
      readonly closed_by?: string;
      /** Why it was declined */
      readonly reason?: string;
      readonly merge_strategy?: 
        | "merge_commit"
        | "squash"
        | "fast_forward"
        | "squash_fast_forward"
        | "rebase_fast_forward"
        | "rebase_merge";
      /** Of the merge. Without one: as Bitbucket has it */
      readonly merge_message?: string;
      /** Of one that was closed before: it is stored as it was, and nothing is merged */
      readonly source_commit?: string;
      readonly destination_commit?: string;
      readonly merge_commit?: string;
    }[];
    readonly branch_restrictions?: readonly {
      readonly kind: 
        | "push"
        | "delete"
        | "force"
        | "restrict_merges"
        | "require_tasks_to_be_completed"
        | "require_approvals_to_merge"
        | "require_review_group_approvals_to_merge"
        | "require_default_reviewer_approvals_to_merge"
        | "require_no_changes_requested"
        | "require_passing_builds_to_merge"
        | "require_commits_behind"
        | "reset_pullrequest_approvals_on_change"
        | "smart_reset_pullrequest_approvals"
        | "reset_pullrequest_changes_requested_on_change"
        | "require_all_dependencies_merged"
        | "enforce_merge_checks"
        | "allow_auto_merge_when_builds_pass"
        | "require_all_comments_resolved";
      /** Branches, such as release/* */
      readonly pattern?: string;
      /** In place of a pattern */
      readonly branch_type?: "feature" | "bugfix" | "release" | "hotfix" | "development" | "production";
      /** Such as how many approvals */
      readonly value?: number;
      readonly accounts?: readonly string[];
      readonly groups?: readonly string[];
    }[];
    /** They hear of what happens after the seed */
    readonly webhooks?: readonly {
      /** Where events are sent */
      readonly url: string;
      /** What it is for */
      readonly description?: string;
      readonly events: readonly (
        | "issue:comment_created"
        | "issue:created"
        | "issue:updated"
        | "pipeline:span_created"
        | "project:updated"
        | "pullrequest:approved"
        | "pullrequest:changes_request_created"
        | "pullrequest:changes_request_removed"
        | "pullrequest:comment_created"
        | "pullrequest:comment_deleted"
        | "pullrequest:comment_reopened"
        | "pullrequest:comment_resolved"
        | "pullrequest:comment_updated"
        | "pullrequest:created"
        | "pullrequest:fulfilled"
        | "pullrequest:push"
        | "pullrequest:rejected"
        | "pullrequest:unapproved"
        | "pullrequest:updated"
        | "repo:commit_comment_created"
        | "repo:commit_status_created"
        | "repo:commit_status_updated"
        | "repo:created"
        | "repo:deleted"
        | "repo:fork"
        | "repo:imported"
        | "repo:push"
        | "repo:transfer"
        | "repo:updated"
        | "token:expiring")[];
      readonly is_active?: boolean;
      /** Signs what is sent. It is test data: exports leave it out */
      readonly secret?: string;
      readonly skips_certificate_check?: boolean;
    }[];
  }[];
  /** Files that belong to a workspace, outside its repositories */
  readonly snippets?: readonly {
    /** Its slug */
    readonly workspace: string;
    /** As it is shown */
    readonly title?: string;
    /** Whose it is: its e-mail address or user name */
    readonly creator: string;
    readonly is_private?: boolean;
    /** What it has in it, by name */
    readonly files?: Readonly<Record<string, string | {
      /** Its text, or where a link leads */
      readonly content?: string;
      /** Its bytes */
      readonly base64?: string;
      readonly mode?: "file" | "executable" | "link";
    }>>;
  }[];
  readonly tokens?: readonly {
    /** Makes it an API token of the account */
    readonly account?: string;
    /** Such as team/site: makes it an access token of the repository */
    readonly repository?: string;
    /** Such as team/WEB: makes it an access token of the project */
    readonly project?: string;
    /** Makes it an access token of the workspace */
    readonly workspace?: string;
    /** By which the credentials file has its text. Each once in a seed */
    readonly name: string;
    /** Of an API token such as read:repository (all: every one of Bitbucket's), of an access token such as repository:write */
    readonly scopes: readonly string[];
    /** Of an API token, beside its scopes */
    readonly limits?: {
      readonly repositories?: readonly string[];
      readonly projects?: readonly string[];
      readonly workspaces?: readonly string[];
      readonly refs?: readonly string[];
      readonly addresses?: readonly string[];
      readonly read_only_hours?: readonly string[];
    };
    /** 30d from the start, -1d for one that has expired, or a date. m, h, d and w are minutes to weeks */
    readonly expires?: string;
  }[];
};
