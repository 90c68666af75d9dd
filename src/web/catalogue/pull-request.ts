import type { Catalogue } from "../translate.ts";

/** The page of one pull request, and the pages below it. */
export const pullRequestPageTexts = {
  wants: {
    en: {
      one: "**{author}** wants to merge 1 commit from `{source}` into `{destination}`",
      other: "**{author}** wants to merge {n} commits from `{source}` into `{destination}`",
    },
    ja: "**{author}** が `{source}` から `{destination}` へのマージを依頼しています（コミット {n} 件）",
  },
  wantsMany: {
    en: "**{author}** wants to merge more than {n} commits from `{source}` into `{destination}`",
    ja: "**{author}** が `{source}` から `{destination}` へのマージを依頼しています（コミット {n} 件以上）",
  },
  merged: {
    en: "**{closer}** merged `{source}` into `{destination}` {when}, as {commit}",
    ja: "**{closer}** が `{source}` を `{destination}` にマージしました（{when}、{commit}）",
  },
  mergedElsewhere: {
    en: "**{closer}** merged `{source}` into `{destination}` {when}",
    ja: "**{closer}** が `{source}` を `{destination}` にマージしました（{when}）",
  },
  declined: {
    en: "**{closer}** declined {when} to merge `{source}` into `{destination}`, which **{author}** wanted",
    ja: "**{author}** が依頼した `{source}` から `{destination}` へのマージを、**{closer}** が却下しました（{when}）",
  },
  reason: { en: "Reason: {reason}", ja: "理由: {reason}" },
  created: { en: "Created {when}", ja: "{when}に作成" },
  tabs: {
    label: { en: "Pull request", ja: "プルリクエスト" },
    changes: { en: "Changes", ja: "変更" },
    commits: { en: "Commits", ja: "コミット" },
    activity: { en: "Activity", ja: "アクティビティ" },
  },
  noDescription: { en: "No description.", ja: "説明はありません。" },
  edit: { en: "Edit", ja: "編集" },
  decline: { en: "Decline", ja: "却下" },
  reviewAndMerge: { en: "Review and merge", ja: "レビューとマージ" },
  /** Where the diff is. */
  diff: {
    none: {
      en: "There is nothing to show: one of the branches is gone.",
      ja: "ブランチの 1 つが存在しないため、表示できる変更はありません。",
    },
    unrelated: {
      en: "The branches have no commit in common, so there is nothing to compare.",
      ja: "共通のコミットがないため、比較できません。",
    },
    tooSlow: {
      en: "The comparison takes too long to show. Use git in a clone.",
      ja: "比較に時間がかかりすぎるため、表示できません。クローンで git を使ってください。",
    },
    otherThreads: {
      en: {
        one: "1 comment on lines that are not shown here",
        other: "{n} comments on lines that are not shown here",
      },
      ja: "ここに表示されていない行へのコメント {n} 件",
    },
    more: {
      en: { one: "1 more is in the activity", other: "{n} more are in the activity" },
      ja: "ほか {n} 件はアクティビティに表示",
    },
    outdated: {
      en: { one: "1 outdated comment", other: "{n} outdated comments" },
      ja: "古くなったコメント {n} 件",
    },
    outdatedHint: {
      en: "The lines that they are on have changed since.",
      ja: "コメントの対象だった行は、その後変更されています。",
    },
  },
  line: { en: "{path}, line {line}", ja: "{path}、{line} 行目" },
  oldLine: { en: "{path}, line {line} of the old version", ja: "{path}、変更前の {line} 行目" },
  file: { en: "{path}", ja: "{path}" },
} satisfies Catalogue;

/** Whether it may be merged. */
export const mergeTexts = {
  ready: { en: "Ready to merge", ja: "マージできます" },
  notYet: { en: "Cannot be merged yet", ja: "まだマージできません" },
  notByYou: { en: "Ready, but not for you to merge", ja: "マージ可能（自分には権限がありません）" },
  openTasks: { en: { one: "**1 open task**", other: "**{n} open tasks**" }, ja: "**未完了のタスク {n} 件**" },
  noOpenTask: { en: "No open task", ja: "未完了のタスクなし" },
  openThreads: {
    en: { one: "**1 open comment on the changes**", other: "**{n} open comments on the changes**" },
    ja: "**変更への未解決のコメント {n} 件**",
  },
  noOpenThread: { en: "All comments on the changes are resolved", ja: "変更へのコメントはすべて解決済み" },
  approvals: {
    en: { one: "1 approval of {limit}", other: "{n} approvals of {limit}" },
    ja: "承認 {n} 件（必要数 {limit} 件）",
  },
  approvalsMissing: {
    en: { one: "**1 approval of {limit}**", other: "**{n} approvals of {limit}**" },
    ja: "**承認 {n} 件（必要数 {limit} 件）**",
  },
  defaultApprovals: {
    en: {
      one: "1 approval by default reviewers, of {limit}",
      other: "{n} approvals by default reviewers, of {limit}",
    },
    ja: "既定のレビュアーによる承認 {n} 件（必要数 {limit} 件）",
  },
  changesRequested: {
    en: { one: "**1 reviewer asks for changes**", other: "**{n} reviewers ask for changes**" },
    ja: "**変更の依頼 {n} 件**",
  },
  noChangesRequested: { en: "Nobody asks for changes", ja: "変更の依頼なし" },
  buildsMissing: {
    en: "**{found} of {limit} builds have passed**",
    ja: "**合格したビルド {found} 件（必要数 {limit} 件）**",
  },
  buildsPassed: {
    en: "{found} of {limit} builds have passed",
    ja: "合格したビルド {found} 件（必要数 {limit} 件）",
  },
  buildsFailed: {
    en: { one: "**1 build has failed**", other: "**{n} builds have failed**" },
    ja: "**不合格のビルド {n} 件**",
  },
  buildsRunning: {
    en: { one: "**1 build runs**", other: "**{n} builds run**" },
    ja: "**実行中のビルド {n} 件**",
  },
  build: { en: "Build {name}", ja: "ビルド {name}" },
  buildFailed: { en: "{name}, {when}", ja: "{name}（{when}）" },
  buildRuns: { en: "{name}, since {when}", ja: "{name}（{when}から実行中）" },
  moreBuilds: { en: { one: "and 1 more build", other: "and {n} more builds" }, ja: "ほか {n} 件のビルド" },
  behind: {
    en: {
      one: "**1 commit behind {branch}**, at most {limit} may be missing",
      other: "**{n} or more commits behind {branch}**, at most {limit} may be missing",
    },
    ja: "**{branch} より {n} コミット以上の遅れ**（上限 {limit} コミット）",
  },
  notBehind: { en: "Not too far behind `{branch}`", ja: "`{branch}` からの遅れは上限以内" },
  conflicts: {
    en: { one: "**Conflicts in 1 file**", other: "**Conflicts in {n} files**" },
    ja: "**競合のあるファイル {n} 個**",
  },
  moreFiles: { en: { one: "and 1 more file", other: "and {n} more files" }, ja: "ほか {n} 個のファイル" },
  noConflicts: { en: "No conflicts with `{branch}`", ja: "`{branch}` との競合なし" },
  unknown: {
    en: "Whether there are conflicts could not be told in time. A merge may be tried.",
    ja: "競合の有無を時間内に確認できませんでした。マージを試すことはできます。",
  },
  noSourceBranch: {
    en: "**The branch {branch} is gone**. Push it again to go on.",
    ja: "**ブランチ {branch} がありません**。続けるには、もう一度プッシュしてください。",
  },
  noDestinationBranch: {
    en: "**The branch {branch} is gone**. Edit the pull request to choose another destination.",
    ja: "**ブランチ {branch} がありません**。プルリクエストを編集して、別のマージ先を選択してください。",
  },
  unrelated: {
    en: "**The branches have no commit in common**",
    ja: "**ブランチに共通のコミットがありません**",
  },
  isDraft: { en: "**It is a draft**", ja: "**ドラフトです**" },
  markReady: { en: "Mark as ready", ja: "レビュー可能にする" },
  isQueued: {
    en: "**It is being merged**. Load the page again in a moment.",
    ja: "**マージを実行中です**。しばらくしてからページを再読み込みしてください。",
  },
  anonymous: { en: "Who wants to merge has to sign in", ja: "マージするにはサインインが必要" },
  mayNotWrite: {
    en: "You may read here; to merge takes write",
    ja: "自分の権限は読み取り、マージには書き込み権限が必要",
  },
  sourceGone: {
    en: "**The fork that it comes from is gone**",
    ja: "**マージ元のフォークが削除されています**",
  },
  bound: {
    en: "Your credential may not change this branch: {reason}",
    ja: "この認証情報では、このブランチを変更できません: {reason}",
  },
  restricted: {
    en: "**You may not merge into {branch}**. A branch restriction allows {who}.",
    ja: "**{branch} にマージする権限がありません**。ブランチ制限で許可されているのは {who} です。",
  },
  restrictedForAll: {
    en: "**Nobody may merge into {branch}**: a branch restriction is set on `{pattern}`.",
    ja: "**{branch} には誰もマージできません**。`{pattern}` にブランチ制限が設定されています。",
  },
  group: { en: "the group {name}", ja: "グループ {name}" },
  advice: {
    en: "The rules of `{branch}` do not hold the merge back.",
    ja: "`{branch}` のルールでは、この状態でもマージできます。",
  },
  heldBack: {
    en: "The rules of `{branch}` hold the merge back until everything above has passed.",
    ja: "上の項目がすべて満たされるまで、`{branch}` のルールによりマージできません。",
  },
  resolve: {
    summary: { en: "How to resolve them", ja: "競合の解決方法" },
    lead: {
      en: "In a clone, merge `{destination}` into `{source}`, edit the files, and push:",
      ja: "クローンで `{destination}` を `{source}` にマージし、ファイルを修正してからプッシュします。",
    },
    fork: {
      en: "In a clone of {fork}, where `upstream` is {repository}:",
      ja: "{fork} のクローンで実行します（`upstream` は {repository}）。",
    },
    copyButton: { en: "Copy", ja: "コピー" },
    copy: { en: "Copy: commands that resolve the conflicts", ja: "コピー: 競合を解決するコマンド" },
  },
  how: { en: "How", ja: "マージ戦略" },
  strategies: {
    merge_commit: { en: "Merge commit", ja: "マージコミット" },
    squash: { en: "Squash", ja: "スカッシュ" },
    fast_forward: { en: "Fast forward", ja: "fast-forward" },
    squash_fast_forward: { en: "Squash, fast forward only", ja: "スカッシュ（fast-forward のみ）" },
    rebase_fast_forward: { en: "Rebase, fast forward", ja: "リベースして fast-forward" },
    rebase_merge: { en: "Rebase, merge commit", ja: "リベースしてマージコミット" },
  },
  message: { en: "Message", ja: "メッセージ" },
  messageHint: {
    en: "Of the merge commit, or of the squashed one. Unchanged, a squash lists its commits.",
    ja: "マージコミットまたはスカッシュしたコミットのメッセージです。変更しない場合、スカッシュではコミットの一覧が付きます。",
  },
  deletesSource: { en: "Delete the source branch", ja: "マージ元ブランチを削除" },
  button: { en: "Merge into {branch}", ja: "{branch} にマージ" },
  question: { en: "Merge #{id} into {branch}?", ja: "#{id} を {branch} にマージしますか？" },
  notOffered: {
    en: "This cannot be merged now: the page of the pull request says why.",
    ja: "現在はマージできません。理由はプルリクエストのページに表示されています。",
  },
  back: { en: "Back to the pull request", ja: "プルリクエストに戻る" },
  done: {
    en: "Pull request #{id} is merged into {branch}.",
    ja: "プルリクエスト #{id} を {branch} にマージしました。",
  },
  doneDeleted: {
    en: "Pull request #{id} is merged into {branch}. The branch {source} is deleted.",
    ja: "プルリクエスト #{id} を {branch} にマージし、ブランチ {source} を削除しました。",
  },
  problem: {
    en: "It was not merged: {message}.",
    ja: "マージできませんでした。サーバーからの説明: {message}",
  },
  problems: {
    conflicts: {
      en: "It was not merged: there are conflicts. With this strategy each commit has to fit by itself; choose another one, or resolve them first.",
      ja: "競合があるため、マージできませんでした。この戦略ではコミットごとに競合しないことが必要です。別の戦略を選ぶか、先に競合を解決してください。",
    },
    moved: {
      en: "It was not merged: a branch has changed meanwhile. Look at the new state, then merge again.",
      ja: "その間にブランチが更新されたため、マージできませんでした。最新の内容を確認してから、もう一度マージしてください。",
    },
    strategy: { en: "Choose one of the strategies.", ja: "マージ戦略を選択してください。" },
    message: {
      en: "The message is longer than {max} bytes.",
      ja: "メッセージは {max} バイト以内で入力してください。",
    },
  },
} satisfies Catalogue;

export const reviewTexts = {
  reviewers: { en: "Reviewers", ja: "レビュアー" },
  others: { en: "Others who take part", ja: "ほかの参加者" },
  none: { en: "Nobody is asked to review.", ja: "レビュアーはいません。" },
  approve: { en: "Approve", ja: "承認" },
  withdraw: { en: "Withdraw approval", ja: "承認を取り消す" },
  requestChanges: { en: "Request changes", ja: "変更を依頼" },
  withdrawRequest: { en: "Withdraw the request for changes", ja: "変更の依頼を取り下げる" },
  signIn: { en: "Sign in to review", ja: "サインインしてレビュー" },
  states: {
    approved: { en: "approved it {when}", ja: "承認（{when}）" },
    changes_requested: { en: "asked for changes {when}", ja: "変更を依頼（{when}）" },
  },
  done: {
    approve: { en: "You approved the pull request.", ja: "プルリクエストを承認しました。" },
    withdraw: { en: "Your approval is withdrawn.", ja: "承認を取り消しました。" },
    request: { en: "You asked for changes.", ja: "変更を依頼しました。" },
    withdrawRequest: { en: "Your request for changes is withdrawn.", ja: "変更の依頼を取り下げました。" },
  },
} satisfies Catalogue;

export const commentTexts = {
  comment: { en: "Comment", ja: "コメント" },
  cancel: { en: "Cancel", ja: "キャンセル" },
  save: { en: "Save", ja: "保存" },
  onLine: { en: "Comment on a line", ja: "行にコメント" },
  comments: { en: "Comments", ja: "コメント" },
  reply: { en: "Reply", ja: "返信" },
  replyTo: { en: ": {author}", ja: ": {author}" },
  edit: { en: "Edit", ja: "編集" },
  delete: { en: "Delete", ja: "削除" },
  resolve: { en: "Resolve", ja: "解決済みにする" },
  reopen: { en: "Open again", ja: "未解決に戻す" },
  ofComment: { en: ": comment of {author}", ja: ": {author} のコメント" },
  ofTask: { en: ": task “{task}”", ja: ": タスク「{task}」" },
  edited: { en: "edited", ja: "編集済み" },
  deleted: { en: "This comment was deleted.", ja: "このコメントは削除されました。" },
  pending: { en: "Only you see it", ja: "自分だけに表示" },
  outdated: { en: "Outdated", ja: "古い行" },
  resolvedBy: { en: "Resolved by {account}, {when}", ja: "{account} が解決済みに変更（{when}）" },
  resolvedByNobody: { en: "Resolved, {when}", ja: "解決済み（{when}）" },
  resolvedThread: {
    en: { one: "Resolved: 1 comment", other: "Resolved: {n} comments" },
    ja: "解決済み: コメント {n} 件",
  },
  cut: { en: "Show the whole comment", ja: "コメント全体を表示" },
  taskOpen: { en: "Task, open", ja: "タスク: 未完了" },
  taskDone: { en: "Task, done", ja: "タスク: 完了" },
  markDone: { en: "Mark the task done", ja: "タスクを完了にする" },
  markOpen: { en: "Open the task again", ja: "タスクを未完了に戻す" },
  tasks: { en: "Tasks", ja: "タスク" },
  addTask: { en: "Add a task", ja: "タスクを追加" },
  newTitle: { en: "New comment", ja: "コメントの作成" },
  replyTitle: { en: "Reply", ja: "返信の作成" },
  onPullRequest: { en: "On #{id}, {title}", ja: "#{id}「{title}」へのコメント" },
  text: { en: "Comment", ja: "コメント" },
  markdown: { en: "Markdown.", ja: "Markdown で記述できます。" },
  task: { en: "Task (optional)", ja: "タスク（任意）" },
  taskHint: {
    en: "What has to be done. It is shown below the comment until somebody marks it done.",
    ja: "必要な作業を書きます。完了にするまで、コメントの下に表示されます。",
  },
  taskText: { en: "Task", ja: "タスク" },
  lineNumber: { en: "Line {line}", ja: "{line} 行目" },
  oldLineNumber: { en: "Line {line} of the old version", ja: "変更前の {line} 行目" },
  lines: { en: "The line", ja: "対象の行" },
  linesHint: {
    en: "For several lines, choose the last one here and the first one below.",
    ja: "複数行の場合は、ここで最後の行を選択し、下で最初の行を指定します。",
  },
  wholeFile: { en: "The file as a whole", ja: "ファイル全体" },
  firstLine: { en: "First line (optional)", ja: "最初の行（任意）" },
  firstLineHint: { en: "Its number, on the same side.", ja: "同じ側の行番号を入力します。" },
  earlierLines: { en: "Earlier lines", ja: "前の行" },
  laterLines: { en: "Later lines", ja: "次の行" },
  editTitle: { en: "Edit comment", ja: "コメントの編集" },
  editTaskTitle: { en: "Edit task", ja: "タスクの編集" },
  deleteTitle: { en: "Delete this comment?", ja: "このコメントを削除しますか？" },
  deleteTaskTitle: { en: "Delete this task?", ja: "このタスクを削除しますか？" },
  deleteLead: {
    en: "Its text is removed; answers to it stay. This cannot be undone.",
    ja: "本文が削除されます。返信は残ります。元に戻すことはできません。",
  },
  deleteTaskLead: { en: "This cannot be undone.", ja: "元に戻すことはできません。" },
  deleteComment: { en: "Delete comment", ja: "コメントを削除" },
  deleteTask: { en: "Delete task", ja: "タスクを削除" },
  keep: { en: "Keep it", ja: "削除せずに戻る" },
  problems: {
    empty: { en: "Enter a comment.", ja: "コメントを入力してください。" },
    emptyReply: { en: "Enter a comment or a task.", ja: "コメントまたはタスクを入力してください。" },
    emptyTask: { en: "Enter a task.", ja: "タスクを入力してください。" },
    long: {
      en: "At most {max} characters; these are {n}.",
      ja: "{max} 文字以内で入力してください（現在 {n} 文字）。",
    },
    line: { en: "Choose a line.", ja: "行を選択してください。" },
    firstLine: {
      en: "Enter the number of a line that is not after the chosen one.",
      ja: "選択した行以前の行番号を入力してください。",
    },
  },
  flash: {
    created: { en: "Your comment is on the page.", ja: "コメントを追加しました。" },
    taskCreated: { en: "The task is on the page.", ja: "タスクを追加しました。" },
    saved: { en: "Saved.", ja: "変更を保存しました。" },
    deleted: { en: "The comment is deleted.", ja: "コメントを削除しました。" },
    taskDeleted: { en: "The task is deleted.", ja: "タスクを削除しました。" },
    resolved: { en: "The comment is resolved.", ja: "コメントを解決済みにしました。" },
    reopened: { en: "The comment is open again.", ja: "コメントを未解決に戻しました。" },
    taskDone: { en: "The task is done.", ja: "タスクを完了にしました。" },
    taskOpen: { en: "The task is open again.", ja: "タスクを未完了に戻しました。" },
  },
} satisfies Catalogue;

export const activityTexts = {
  title: { en: "Activity", ja: "アクティビティ" },
  lead: { en: "Newest first.", ja: "新しい順に表示しています。" },
  newest: { en: "Newest", ja: "最新" },
  none: { en: "Nothing has happened yet.", ja: "まだ何もありません。" },
  created: { en: "{account} created the pull request", ja: "{account} がプルリクエストを作成" },
  merged: { en: "{account} merged it", ja: "{account} がマージ" },
  declined: { en: "{account} declined it", ja: "{account} が却下" },
  pushed: {
    en: "{account} pushed: the branch is at {commit}",
    ja: "{account} がプッシュ（現在のコミット {commit}）",
  },
  approval: { en: "{account} approved it", ja: "{account} が承認" },
  changes_requested: { en: "{account} asked for changes", ja: "{account} が変更を依頼" },
  titleChanged: {
    en: "{account} changed the title from “{old}” to “{new}”",
    ja: "{account} がタイトルを「{old}」から「{new}」に変更",
  },
  descriptionChanged: { en: "{account} changed the description", ja: "{account} が説明を変更" },
  destinationChanged: {
    en: "{account} changed the destination from `{old}` to `{new}`",
    ja: "{account} がマージ先を `{old}` から `{new}` に変更",
  },
  madeDraft: { en: "{account} made it a draft", ja: "{account} がドラフトに変更" },
  madeReady: { en: "{account} marked it as ready", ja: "{account} がレビュー可能に変更" },
  reviewersChanged: {
    en: "{account} changed the reviewers: {changes}",
    ja: "{account} がレビュアーを変更: {changes}",
  },
  reviewerAdded: { en: "{name} added", ja: "{name} を追加" },
  reviewerRemoved: { en: "{name} removed", ja: "{name} を解除" },
  unknownAccount: { en: "an account that is gone", ja: "削除されたアカウント" },
} satisfies Catalogue;

export const editPullRequestTexts = {
  title: { en: "Edit pull request", ja: "プルリクエストの編集" },
  save: { en: "Save", ja: "保存" },
  cancel: { en: "Cancel", ja: "キャンセル" },
  saved: { en: "Saved.", ja: "変更を保存しました。" },
  ready: { en: "It is marked as ready.", ja: "レビュー可能にしました。" },
} satisfies Catalogue;

export const declineTexts = {
  question: { en: "Decline #{id}?", ja: "#{id} を却下しますか？" },
  lead: {
    en: "The branch and its commits stay. The pull request cannot be opened again; a new one can be created.",
    ja: "ブランチとコミットは残ります。却下したプルリクエストを再びオープンにすることはできませんが、新しく作成できます。",
  },
  reason: { en: "Reason (optional)", ja: "理由（任意）" },
  button: { en: "Decline pull request", ja: "プルリクエストを却下" },
  keep: { en: "Keep it open", ja: "却下せずに戻る" },
  done: { en: "Pull request #{id} is declined.", ja: "プルリクエスト #{id} を却下しました。" },
} satisfies Catalogue;

export const pullRequestCommitsTexts = {
  title: { en: "Commits", ja: "コミット" },
  none: {
    en: "There are no commits to show: the branch is gone, or everything is merged.",
    ja: "表示できるコミットはありません。ブランチが削除されたか、すべてマージ済みです。",
  },
  commit: { en: "Commit", ja: "コミット" },
  author: { en: "Author", ja: "作成者" },
  date: { en: "Date", ja: "日時" },
} satisfies Catalogue;
