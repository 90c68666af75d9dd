import type { Catalogue } from "../translate.ts";

/** States of a pull request, and what stands beside it everywhere. */
export const pullRequestTexts = {
  pullRequests: { en: "Pull requests", ja: "プルリクエスト" },
  states: {
    OPEN: { en: "Open", ja: "オープン" },
    MERGED: { en: "Merged", ja: "マージ済み" },
    DECLINED: { en: "Declined", ja: "却下済み" },
    SUPERSEDED: { en: "Superseded", ja: "置き換え済み" },
  },
  draft: { en: "Draft", ja: "ドラフト" },
  /** Somebody who has no account any more, or the operator. */
  operator: { en: "The operator", ja: "サーバー管理者" },
  create: { en: "Create pull request", ja: "プルリクエストを作成" },
  you: { en: "(you)", ja: "（自分）" },
  link: { en: "link", ja: "リンク" },
  older: { en: "Older", ja: "古い記録" },
  pages: { en: "Pages", ja: "ページ" },
  marks: {
    passed: { en: "Passed:", ja: "合格:" },
    failed: { en: "Failed:", ja: "未達:" },
    waiting: { en: "Waiting:", ja: "待機中:" },
    warning: { en: "Careful:", ja: "注意:" },
    yes: { en: "Yes:", ja: "可:" },
    no: { en: "No:", ja: "不可:" },
    approved: { en: "Approved:", ja: "承認済み:" },
    changesRequested: { en: "Changes requested:", ja: "変更の依頼あり:" },
  },
} satisfies Catalogue;

export const pullRequestListTexts = {
  title: { en: "Pull requests · {repository}", ja: "プルリクエスト · {repository}" },
  counts: { en: "Ready-made filters", ja: "定型の絞り込み" },
  open: { en: { one: "**1** open", other: "**{n}** open" }, ja: "オープン **{n}** 件" },
  merged: { en: { one: "**1** merged", other: "**{n}** merged" }, ja: "マージ済み **{n}** 件" },
  declined: { en: { one: "**1** declined", other: "**{n}** declined" }, ja: "却下済み **{n}** 件" },
  own: {
    en: { one: "**1** open of yours", other: "**{n}** open of yours" },
    ja: "自分が作成したもの **{n}** 件",
  },
  toReview: {
    en: { one: "**1** open for you to review", other: "**{n}** open for you to review" },
    ja: "自分がレビュアーのもの **{n}** 件",
  },
  text: { en: "Title, description or number", ja: "タイトル、説明、番号" },
  state: { en: "State", ja: "状態" },
  anyState: { en: "Any state", ja: "すべて" },
  author: { en: "Author", ja: "作成者" },
  anyone: { en: "Anyone", ja: "全員" },
  me: { en: "You", ja: "自分" },
  reviewer: { en: "Reviewer", ja: "レビュアー" },
  into: { en: "Into", ja: "マージ先" },
  anyBranch: { en: "Any branch", ja: "すべてのブランチ" },
  sort: { en: "Sorted by", ja: "並べ替え" },
  sorts: {
    updated: { en: "Last change, latest first", ja: "更新日時（新しい順）" },
    created: { en: "Creation, latest first", ja: "作成日時（新しい順）" },
    oldest: { en: "Creation, oldest first", ja: "作成日時（古い順）" },
    comments: { en: "Comments, most first", ja: "コメント数（多い順）" },
  },
  filter: { en: "Filter", ja: "絞り込む" },
  clear: { en: "Clear the filter", ja: "条件をクリア" },
  results: { en: { one: "1 pull request", other: "{n} pull requests" }, ja: "プルリクエスト {n} 件" },
  columns: {
    pullRequest: { en: "Pull request", ja: "プルリクエスト" },
    builds: { en: "Builds", ja: "ビルド" },
    reviews: { en: "Reviews", ja: "レビュー" },
    talk: { en: "Comments, tasks", ja: "コメント、タスク" },
    updated: { en: "Last change", ja: "更新" },
  },
  fromInto: {
    en: "#{id} · {author} · `{source}` into `{destination}`",
    ja: "#{id} · {author} · `{source}` から `{destination}`",
  },
  buildsPassed: { en: { one: "1 passed", other: "{n} passed" }, ja: "合格 {n} 件" },
  buildsFailed: { en: { one: "1 failed", other: "{n} failed" }, ja: "不合格 {n} 件" },
  buildsRunning: { en: { one: "1 runs", other: "{n} run" }, ja: "実行中 {n} 件" },
  noBuilds: { en: "none", ja: "なし" },
  approvals: { en: { one: "1 approval", other: "{n} approvals" }, ja: "承認 {n} 件" },
  changesRequested: {
    en: { one: "1 asks for changes", other: "{n} ask for changes" },
    ja: "変更の依頼 {n} 件",
  },
  reviewers: { en: { one: "1 reviewer", other: "{n} reviewers" }, ja: "レビュアー {n} 人" },
  noReviewers: { en: "no reviewers", ja: "レビュアーなし" },
  comments: { en: { one: "1 comment", other: "{n} comments" }, ja: "コメント {n} 件" },
  tasks: { en: { one: "1 open task", other: "{n} open tasks" }, ja: "未完了のタスク {n} 件" },
  newer: { en: "Newer", ja: "新しいもの" },
  older: { en: "Older", ja: "古いもの" },
  none: {
    title: { en: "No pull request yet", ja: "プルリクエストはまだありません" },
    lead: {
      en: "A pull request asks for a branch to be merged, and gives others a place to look at it first. Push a branch, then create one.",
      ja: "プルリクエストは、ブランチのマージを依頼し、マージ前にほかの人が内容を確認するためのものです。ブランチをプッシュしてから作成してください。",
    },
  },
  noneOpen: {
    title: { en: "No open pull requests", ja: "オープンなプルリクエストはありません" },
    lead: {
      en: "What is merged or declined is under the filters above.",
      ja: "マージ済みと却下済みのものは、上の絞り込みで表示できます。",
    },
  },
  noMatch: {
    title: { en: "Nothing matches this filter", ja: "条件に一致するプルリクエストはありません" },
    lead: { en: "The filter is: {filter}.", ja: "現在の条件: {filter}" },
  },
  filterWords: {
    text: { en: "text “{text}”", ja: "「{text}」を含む" },
    state: { en: "state {state}", ja: "状態: {state}" },
    author: { en: "by {author}", ja: "作成者: {author}" },
    reviewer: { en: "with {reviewer} as reviewer", ja: "レビュアー: {reviewer}" },
    into: { en: "into `{branch}`", ja: "マージ先: `{branch}`" },
    separator: { en: ", ", ja: "、" },
  },
  allTitle: { en: "Your pull requests", ja: "自分のプルリクエスト" },
  allLead: { en: "In every repository that you may see.", ja: "表示できるすべてのリポジトリが対象です。" },
  workspaceTitle: { en: "Pull requests · {workspace}", ja: "プルリクエスト · {workspace}" },
  toReviewHead: { en: "For you to review", ja: "自分がレビュアーのプルリクエスト" },
  ownHead: { en: "Created by you", ja: "自分が作成したプルリクエスト" },
  nothingToReview: { en: "Nobody waits for your review.", ja: "レビュー待ちのプルリクエストはありません。" },
  nothingOwn: { en: "None of yours is open.", ja: "自分が作成したオープンなプルリクエストはありません。" },
  yourReview: {
    approved: { en: "you approved it", ja: "自分は承認済み" },
    changes_requested: { en: "you asked for changes", ja: "自分から変更を依頼中" },
    none: { en: "waits for you", ja: "自分のレビュー待ち" },
  },
} satisfies Catalogue;

export const newPullRequestTexts = {
  pageTitle: { en: "New pull request · {repository}", ja: "プルリクエストの作成 · {repository}" },
  title: { en: "New pull request", ja: "プルリクエストの作成" },
  lead: {
    en: "It asks for a branch to be merged. Nothing is merged until somebody who may write does it.",
    ja: "ブランチのマージを依頼します。書き込み権限を持つ人がマージするまで、何もマージされません。",
  },
  source: { en: "Source branch", ja: "マージ元ブランチ" },
  sourceHint: {
    en: "Of a fork: `workspace/repository:branch`. You may write to it.",
    ja: "フォークの場合は `ワークスペース/リポジトリ:ブランチ` と入力します。書き込み権限が必要です。",
  },
  destination: { en: "Destination branch", ja: "マージ先ブランチ" },
  choose: { en: "Choose a branch", ja: "ブランチを選択" },
  inRepository: { en: "In {repository}", ja: "{repository} のブランチ" },
  moreBranches: {
    en: "The branches listed are those that changed last. Enter any other by its name.",
    ja: "候補には、最近更新されたブランチが表示されます。ほかのブランチは名前を入力してください。",
  },
  compare: { en: "Compare", ja: "比較" },
  intoParent: {
    en: "This is a fork of {parent}.",
    ja: "{parent} のフォークです。",
  },
  intoParentAct: { en: "Create it in {parent}", ja: "{parent} で作成" },
  titleField: { en: "Title", ja: "タイトル" },
  description: { en: "Description (optional)", ja: "説明（任意）" },
  descriptionHint: {
    en: "Markdown. What changes, and why.",
    ja: "Markdown で記述できます。変更内容と理由を書いてください。",
  },
  reviewers: { en: "Reviewers (optional)", ja: "レビュアー（任意）" },
  whyRepository: { en: "default reviewer of this repository", ja: "このリポジトリの既定のレビュアー" },
  whyProject: {
    en: "default reviewer of the project {project}",
    ja: "プロジェクト {project} の既定のレビュアー",
  },
  moreReviewers: { en: "More reviewers (optional)", ja: "ほかのレビュアー（任意）" },
  moreReviewersHint: {
    en: "User names, with commas between them.",
    ja: "ユーザー名をカンマで区切って入力します。",
  },
  noCandidates: { en: "Nobody else may review here yet.", ja: "ほかにレビューできる人はまだいません。" },
  closes: { en: "Delete the source branch after merging", ja: "マージ後にマージ元ブランチを削除" },
  isDraft: {
    en: "Draft: it cannot be merged until it is marked as ready",
    ja: "ドラフトにする（レビュー可能にするまでマージできません）",
  },
  create: { en: "Create pull request", ja: "プルリクエストを作成" },
  commits: { en: { one: "1 commit", other: "{n} commits" }, ja: "コミット {n} 件" },
  moreCommits: { en: "The latest {n} commits", ja: "最新のコミット {n} 件" },
  files: { en: { one: "1 changed file", other: "{n} changed files" }, ja: "変更されたファイル {n} 個" },
  moreFiles: { en: { one: "and 1 more file", other: "and {n} more files" }, ja: "ほか {n} 個のファイル" },
  wouldBring: { en: "What would be merged", ja: "マージされる内容" },
  fileStatus: {
    added: { en: "added", ja: "追加" },
    removed: { en: "removed", ja: "削除" },
    modified: { en: "changed", ja: "変更" },
    renamed: { en: "renamed", ja: "名前の変更" },
  },
  problems: {
    chooseSource: {
      en: "Choose the branch that is to be merged.",
      ja: "マージ元ブランチを選択してください。",
    },
    missingSource: {
      en: "There is no branch {branch} in {repository}. Choose one that exists.",
      ja: "{repository} にブランチ「{branch}」はありません。存在するブランチを選択してください。",
    },
    missingDestination: {
      en: "There is no branch {branch} here. Choose one that exists.",
      ja: "ブランチ「{branch}」はありません。存在するブランチを選択してください。",
    },
    nothing: {
      en: "{destination} has everything that {source} has. Push a commit, or choose other branches.",
      ja: "{source} の変更は、すべて {destination} に含まれています。コミットをプッシュするか、別のブランチを選択してください。",
    },
    unrelated: {
      en: "{source} and {destination} have no commit in common, so they cannot be merged.",
      ja: "{source} と {destination} には共通のコミットがないため、マージできません。",
    },
    notAFork: {
      en: "You may not write to {repository}, or it is no fork of this repository.",
      ja: "{repository} に書き込む権限がないか、このリポジトリのフォークではありません。",
    },
    noTitle: { en: "Enter a title.", ja: "タイトルを入力してください。" },
    longTitle: {
      en: "At most {max} characters; these are {n}.",
      ja: "{max} 文字以内で入力してください（現在 {n} 文字）。",
    },
    unknownReviewer: {
      en: "There is no account {name} that may review here.",
      ja: "ここでレビューできるアカウント「{name}」はありません。",
    },
    said: { en: "The server says: {message}.", ja: "サーバーからの説明: {message}" },
  },
  open: {
    en: "Pull request {link} asks for this already.",
    ja: "この内容のプルリクエスト {link} がすでにあります。",
  },
  created: { en: "Pull request #{id} is created.", ja: "プルリクエスト #{id} を作成しました。" },
  noSource: {
    title: { en: "You may write to no branch here", ja: "書き込みできるブランチがありません" },
    lead: {
      en: "You may read this repository. Fork it, push a branch to the fork, and create the pull request from there.",
      ja: "このリポジトリに対する自分の権限は読み取りです。フォークしてブランチをプッシュすると、フォークからプルリクエストを作成できます。",
    },
    fork: { en: "Fork {repository}", ja: "{repository} をフォーク" },
  },
  empty: {
    title: { en: "Nothing has been pushed yet", ja: "まだ何もプッシュされていません" },
    lead: {
      en: "A pull request needs two branches. Push one first.",
      ja: "プルリクエストには 2 つのブランチが必要です。先にプッシュしてください。",
    },
  },
} satisfies Catalogue;
