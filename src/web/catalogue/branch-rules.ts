import type { Catalogue } from "../translate.ts";

/** Branch restrictions in words, the branching model, and default reviewers. */
export const branchRuleTexts = {
  title: { en: "Branch restrictions", ja: "ブランチ制限" },
  lead: {
    en: "Every rule that matches a branch holds. Administrators are bound by them too.",
    ja: "ブランチに一致するすべてのルールが適用されます。管理者にも適用されます。",
  },
  who: { en: "Who may push to `{branch}`?", ja: "`{branch}` にプッシュできる人" },
  noMainBranch: {
    en: "Nothing has been pushed yet, so there is no main branch to answer for.",
    ja: "まだ何もプッシュされていないため、メインブランチはありません。",
  },
  everyone: {
    en: "Everyone with write permission may push to `{branch}`, and merge pull requests into it.",
    ja: "書き込み権限のあるすべての人が、`{branch}` へのプッシュとプルリクエストのマージを行えます。",
  },
  everyonePushes: {
    en: "Everyone with write permission may push to `{branch}`.",
    ja: "書き込み権限のあるすべての人が、`{branch}` にプッシュできます。",
  },
  everyoneRewrites: {
    en: "Who may push may also rewrite its history with a force push.",
    ja: "プッシュできる人は、強制プッシュで履歴を書き換えることもできます。",
  },
  mainStays: {
    en: "Nobody may delete it, since it is the main branch.",
    ja: "メインブランチのため、削除は誰にもできません。",
  },
  rules: { en: "Rules", ja: "ルール" },
  branches: { en: "Branches", ja: "ブランチ" },
  holds: { en: "What holds", ja: "内容" },
  actions: { en: "Actions", ja: "操作" },
  edit: { en: "Edit", ja: "編集" },
  delete: { en: "Delete", ja: "削除" },
  object: { en: ": {name}", ja: ": {name}" },
  add: { en: "Add rule", ja: "ルールを追加" },
  editTitle: { en: "Edit rule", ja: "ルールを編集" },
  none: {
    title: { en: "No rules yet", ja: "ルールはまだありません" },
    text: {
      en: "A rule can say who pushes to a branch, or what a pull request needs before it is merged.",
      ja: "ブランチにプッシュできる人や、プルリクエストをマージする条件を設定できます。",
    },
  },
  all: { en: "all branches", ja: "すべてのブランチ" },
  types: {
    feature: { en: "feature branches", ja: "feature ブランチ" },
    bugfix: { en: "bugfix branches", ja: "bugfix ブランチ" },
    release: { en: "release branches", ja: "release ブランチ" },
    hotfix: { en: "hotfix branches", ja: "hotfix ブランチ" },
    development: { en: "the development branch", ja: "開発ブランチ" },
    production: { en: "the production branch", ja: "本番ブランチ" },
  },
  /** In full, with `who`: those to whom a rule does not apply. */
  sentences: {
    push: { en: "Only {who} may push.", ja: "プッシュできるのは {who} だけです。" },
    pushNobody: {
      en: "Nobody may push. Pull requests may still be merged.",
      ja: "誰もプッシュできません。プルリクエストのマージはできます。",
    },
    delete: { en: "Nobody may delete the branch.", ja: "ブランチは誰にも削除できません。" },
    force: {
      en: "Nobody may rewrite history with a force push.",
      ja: "強制プッシュによる履歴の書き換えは誰にもできません。",
    },
    restrict_merges: {
      en: "Only {who} may merge pull requests into it.",
      ja: "プルリクエストをマージできるのは {who} だけです。",
    },
    mergeNobody: {
      en: "Nobody may merge pull requests into it.",
      ja: "プルリクエストは誰もマージできません。",
    },
    require_tasks_to_be_completed: {
      en: "A merge needs all tasks done.",
      ja: "マージには、すべてのタスクの完了が必要です。",
    },
    require_approvals_to_merge: {
      en: { one: "A merge needs 1 approval.", other: "A merge needs {n} approvals." },
      ja: "マージには {n} 件の承認が必要です。",
    },
    require_review_group_approvals_to_merge: {
      en: {
        one: "A merge needs 1 approval by a review group.",
        other: "A merge needs {n} approvals by review groups.",
      },
      ja: "マージには、レビューグループの承認が {n} 件必要です。",
    },
    require_default_reviewer_approvals_to_merge: {
      en: {
        one: "A merge needs 1 approval by a default reviewer.",
        other: "A merge needs {n} approvals by default reviewers.",
      },
      ja: "マージには、既定のレビュアーの承認が {n} 件必要です。",
    },
    require_no_changes_requested: {
      en: "A merge waits while a reviewer requests changes.",
      ja: "変更の依頼があるあいだは、マージできません。",
    },
    require_passing_builds_to_merge: {
      en: { one: "A merge needs 1 passed build.", other: "A merge needs {n} passed builds." },
      ja: "マージには、成功したビルドが {n} 件必要です。",
    },
    require_commits_behind: {
      en: {
        one: "A merge needs a source that is at most 1 commit behind.",
        other: "A merge needs a source that is at most {n} commits behind.",
      },
      ja: "マージには、マージ元の遅れが {n} 件以内のコミットであることが必要です。",
    },
    reset_pullrequest_approvals_on_change: {
      en: "A push to the source ends its approvals.",
      ja: "マージ元にプッシュされると、承認は解除されます。",
    },
    smart_reset_pullrequest_approvals: {
      en: "A push that changes the difference ends its approvals.",
      ja: "差分が変わるプッシュがあると、承認は解除されます。",
    },
    reset_pullrequest_changes_requested_on_change: {
      en: "A push to the source ends requests for changes.",
      ja: "マージ元にプッシュされると、変更の依頼は解除されます。",
    },
    require_all_dependencies_merged: {
      en: "A merge needs all pull requests merged on which it depends.",
      ja: "マージには、依存するすべてのプルリクエストのマージが必要です。",
    },
    enforce_merge_checks: {
      en: "What a merge needs is enforced, and not only advised.",
      ja: "マージの条件は、満たすまでマージできない必須条件です。",
    },
    allow_auto_merge_when_builds_pass: {
      en: "A pull request may be merged by itself when its builds pass.",
      ja: "ビルドの成功時に、プルリクエストを自動でマージできます。",
    },
    require_all_comments_resolved: {
      en: "A merge needs all comments resolved.",
      ja: "マージには、すべてのコメントの解決が必要です。",
    },
  },
  kinds: {
    push: { en: "Restrict pushes", ja: "プッシュの制限" },
    delete: { en: "Prevent deletion", ja: "削除の禁止" },
    force: { en: "Prevent force pushes", ja: "強制プッシュの禁止" },
    restrict_merges: { en: "Restrict merges", ja: "マージの制限" },
    require_tasks_to_be_completed: { en: "Merge: all tasks done", ja: "マージ条件: すべてのタスクの完了" },
    require_approvals_to_merge: { en: "Merge: approvals", ja: "マージ条件: 承認の数" },
    require_review_group_approvals_to_merge: {
      en: "Merge: approvals by review groups",
      ja: "マージ条件: レビューグループの承認の数",
    },
    require_default_reviewer_approvals_to_merge: {
      en: "Merge: approvals by default reviewers",
      ja: "マージ条件: 既定のレビュアーの承認の数",
    },
    require_no_changes_requested: { en: "Merge: no changes requested", ja: "マージ条件: 変更の依頼なし" },
    require_passing_builds_to_merge: { en: "Merge: passed builds", ja: "マージ条件: 成功したビルドの数" },
    require_commits_behind: {
      en: "Merge: commits behind at most",
      ja: "マージ条件: 遅れているコミットの上限",
    },
    reset_pullrequest_approvals_on_change: { en: "A push ends approvals", ja: "プッシュで承認を解除" },
    smart_reset_pullrequest_approvals: {
      en: "A changed difference ends approvals",
      ja: "差分の変化で承認を解除",
    },
    reset_pullrequest_changes_requested_on_change: {
      en: "A push ends requests for changes",
      ja: "プッシュで変更の依頼を解除",
    },
    require_all_dependencies_merged: { en: "Merge: dependencies merged", ja: "マージ条件: 依存先のマージ" },
    enforce_merge_checks: { en: "Enforce what a merge needs", ja: "マージ条件の必須化" },
    allow_auto_merge_when_builds_pass: { en: "Allow merging by itself", ja: "自動マージの許可" },
    require_all_comments_resolved: {
      en: "Merge: all comments resolved",
      ja: "マージ条件: すべてのコメントの解決",
    },
  },
  form: {
    kind: { en: "Rule", ja: "ルール" },
    match: { en: "Branches", ja: "ブランチの指定方法" },
    byPattern: { en: "By name", ja: "名前" },
    byType: { en: "By type, from the branching model", ja: "種類（ブランチモデル）" },
    pattern: { en: "Name or pattern", ja: "名前またはパターン" },
    patternHint: {
      en: "`*` stands for anything, slashes too: `release/*`",
      ja: "`*` はスラッシュを含む任意の文字列に一致します（例: `release/*`）",
    },
    type: { en: "Type", ja: "種類" },
    value: { en: "Number", ja: "数" },
    valueHint: { en: "Only for rules that count", ja: "数を指定するルールの場合だけ入力します。" },
    people: { en: "Except these people", ja: "対象外のユーザー" },
    peopleHint: {
      en: "User names, with spaces between. Only for pushes and merges; empty means nobody.",
      ja: "ユーザー名を空白区切りで入力します。プッシュとマージの制限でだけ使い、空欄の場合は対象外なしになります。",
    },
    groups: { en: "Except these groups", ja: "対象外のグループ" },
    groupsHint: {
      en: "Names of groups in addresses, with spaces between",
      ja: "グループのアドレス名を空白区切りで入力します。",
    },
    save: { en: "Save rule", ja: "ルールを保存" },
    patternWrong: {
      en: "Enter a name or a pattern, without spaces.",
      ja: "名前またはパターンを空白なしで入力してください。",
    },
    valueWrong: { en: "Enter a number for this rule.", ja: "このルールには数を入力してください。" },
    noPerson: { en: "Nobody has the user name {name}.", ja: "ユーザー名 {name} のユーザーはいません。" },
    noGroup: {
      en: "There is no group {name} in the workspace.",
      ja: "グループ {name} はワークスペースにありません。",
    },
    noExemptions: {
      en: "Only restrictions of pushes and merges have exceptions.",
      ja: "対象外を指定できるのは、プッシュとマージの制限だけです。",
    },
  },
  group: { en: "group {name}", ja: "グループ {name}" },
  saved: { en: "The rule is saved. It holds from now on.", ja: "ルールを保存しました。今後適用されます。" },
  deleted: { en: "The rule is deleted.", ja: "ルールを削除しました。" },
  ask: {
    title: { en: "Delete this rule?", ja: "このルールを削除しますか？" },
    confirm: { en: "Delete rule", ja: "ルールを削除" },
    keep: { en: "Keep it", ja: "削除せずに戻る" },
  },
  model: {
    title: { en: "Branching model", ja: "ブランチモデル" },
    lead: {
      en: "What branches are called and what for. Restrictions can name a type instead of a pattern.",
      ja: "ブランチの種類と名前の付け方です。ブランチ制限で、パターンの代わりに種類を指定できます。",
    },
    inherited: {
      en: "It comes from the project. Saving gives the repository one of its own.",
      ja: "プロジェクトの設定が適用されています。保存すると、リポジトリ独自の設定になります。",
    },
    development: { en: "Development branch", ja: "開発ブランチ" },
    production: { en: "Production branch", ja: "本番ブランチ" },
    emptyIsMain: { en: "Empty: the main branch", ja: "空欄の場合は、メインブランチになります。" },
    hasProduction: { en: "There is a production branch", ja: "本番ブランチを使う" },
    prefixes: { en: "Beginnings of names", ja: "名前の先頭部分" },
    prefixHint: { en: "Empty: this type is not used", ja: "空欄の場合は、この種類を使いません。" },
    deletes: {
      en: "New pull requests delete their source branch after merging",
      ja: "新しいプルリクエストでは、マージ後にマージ元ブランチを削除",
    },
    save: { en: "Save", ja: "保存" },
    saved: { en: "Saved.", ja: "変更を保存しました。" },
    noSuchBranch: { en: "There is no such branch.", ja: "このブランチはありません。" },
  },
  reviewers: {
    title: { en: "Default reviewers", ja: "既定のレビュアー" },
    leadRepository: {
      en: "They are asked to review each new pull request, unless they are its author.",
      ja: "新しいプルリクエストのレビューを依頼される人です。作成者本人は除かれます。",
    },
    leadProject: {
      en: "They are asked in every repository of the project.",
      ja: "プロジェクトのすべてのリポジトリで、レビューを依頼される人です。",
    },
    person: { en: "Person", ja: "ユーザー" },
    from: { en: "From", ja: "設定元" },
    project: { en: "the project", ja: "プロジェクト" },
    here: { en: "here", ja: "この設定" },
    remove: { en: "Remove", ja: "外す" },
    none: { en: "Nobody is asked by default", ja: "既定のレビュアーはいません" },
    add: { en: "Add a reviewer", ja: "レビュアーを追加" },
    username: { en: "User name", ja: "ユーザー名" },
    submit: { en: "Add", ja: "追加" },
    noPerson: { en: "Nobody has this user name.", ja: "このユーザー名のユーザーはいません。" },
    mayNot: {
      en: "This person has no access here, or is disabled.",
      ja: "この人にはアクセス権がないか、アカウントが無効になっています。",
    },
    added: { en: "{name} is asked from now on.", ja: "{name} を既定のレビュアーに追加しました。" },
    removed: { en: "{name} is asked no more.", ja: "{name} を既定のレビュアーから外しました。" },
  },
} satisfies Catalogue;
