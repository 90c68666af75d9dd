import type { Catalogue } from "../translate.ts";

/** Branches, tags, and how two of them differ. */
export const branchTexts = {
  title: { en: "Branches", ja: "ブランチ" },
  branchTitle: { en: "Branch {name}", ja: "ブランチ {name}" },
  branch: { en: "Branch", ja: "ブランチ" },
  main: { en: "Main", ja: "メイン" },
  restricted: { en: "Restricted", ja: "制限あり" },
  search: { en: "Part of a name", ja: "名前の一部" },
  order: { en: "Order", ja: "並べ替え" },
  newest: { en: "Last commit first", ja: "最終コミットの新しい順" },
  byName: { en: "By name", ja: "名前順" },
  tooMany: {
    en: "So many branches are shown by name: narrow them down to see those with the last commit first.",
    ja: "ブランチの数が多いため、名前順に表示しています。絞り込むと、最終コミットの新しい順に並べられます。",
  },
  count: { en: { one: "1 branch", other: "{n} branches" }, ja: "{n} 件のブランチ" },
  none: { en: "No branches yet", ja: "ブランチはまだありません" },
  noneText: { en: "The first push creates one.", ja: "最初のプッシュで作成されます。" },
  tagsLink: { en: "Tags", ja: "タグ" },
  compareLink: { en: "Compare", ja: "比較" },
  compared: { en: "Compared with {name}", ja: "{name} との比較" },
  distance: { en: "{ahead} ahead, {behind} behind", ja: "{ahead} コミット先行、{behind} コミット遅れ" },
  distanceOf: {
    en: "{ahead} ahead of and {behind} behind {name}",
    ja: "{name} より {ahead} コミット先行、{behind} コミット遅れ",
  },
  atLeast: { en: "at least {n}", ja: "{n} 以上" },
  same: { en: "Even", ja: "差なし" },
  notCounted: { en: "Not counted", ja: "未集計" },
  pullRequest: { en: "Pull request", ja: "プルリクエスト" },
  pullRequests: { en: "Open pull requests", ja: "オープンなプルリクエスト" },
  into: { en: "{id} into {name}", ja: "{id}（マージ先: {name}）" },
  lastCommit: { en: "Last commit", ja: "最終コミット" },
  actions: { en: "Actions", ja: "操作" },
  delete: { en: "Delete", ja: "削除" },
  deleteOf: { en: "Delete{hidden}", ja: "削除{hidden}" },
  create: { en: "Create branch", ja: "ブランチを作成" },
  name: { en: "Name", ja: "名前" },
  from: { en: "From", ja: "作成元" },
  fromHint: { en: "A branch, a tag or a commit", ja: "ブランチ、タグ、またはコミット" },
  notAName: {
    en: "git does not take this name. Use letters, digits, `-`, `_`, `.` and `/`, such as `feature/retry`.",
    ja: "git のブランチ名として使えません。英数字と `-`、`_`、`.`、`/` を使ってください（例: `feature/retry`）。",
  },
  taken: { en: "There is a branch with this name already.", ja: "この名前のブランチはすでにあります。" },
  enterName: { en: "Enter a name.", ja: "名前を入力してください。" },
  notThere: {
    en: "There is no branch, tag or commit “{name}” here.",
    ja: "「{name}」というブランチ、タグ、コミットはありません。",
  },
  inTheWay: {
    en: "Another branch is in its way: a name cannot go on behind that of a branch.",
    ja: "別のブランチ名と重なるため作成できません。既存のブランチ名の下に / で続く名前は使えません。",
  },
  refusedByRule: {
    en: "A branch restriction does not let you create this branch.",
    ja: "ブランチ制限により、このブランチは作成できません。",
  },
  created: { en: "Branch **{name}** was created.", ja: "ブランチ **{name}** を作成しました。" },
  commits: { en: "Commits", ja: "コミット" },
  files: { en: "Files", ja: "ファイル" },
  createPullRequest: { en: "Create pull request", ja: "プルリクエストを作成" },
  restrictions: { en: "Restrictions", ja: "ブランチ制限" },
  noRestrictions: { en: "None", ja: "なし" },
  rules: {
    push: {
      en: "Only people and groups on a list may push.",
      ja: "プッシュできるのは、指定されたユーザーとグループだけです。",
    },
    delete: { en: "It cannot be deleted.", ja: "削除できません。" },
    force: { en: "Its history cannot be rewritten.", ja: "履歴は書き換えられません。" },
    restrict_merges: {
      en: "Only people and groups on a list may merge into it.",
      ja: "マージできるのは、指定されたユーザーとグループだけです。",
    },
  },
  question: {
    title: { en: "Delete branch {name}?", ja: "ブランチ {name} を削除しますか？" },
    only: {
      en: {
        one: "1 of its commits is on no other branch and in no tag. Without the branch nothing leads to it.",
        other:
          "{n} of its commits are on no other branch and in no tag. Without the branch nothing leads to them.",
      },
      ja: "{n} 件のコミットは、ほかのどのブランチやタグにもありません。ブランチを削除すると、たどれなくなります。",
    },
    many: {
      en: "At least {n} of its commits are on no other branch and in no tag. Without the branch nothing leads to them.",
      ja: "少なくとも {n} 件のコミットは、ほかのどのブランチやタグにもありません。ブランチを削除すると、たどれなくなります。",
    },
    nothing: {
      en: "All of its commits are on other branches or in tags.",
      ja: "コミットはすべて、ほかのブランチまたはタグにあります。",
    },
    open: {
      en: {
        one: "1 open pull request comes from it. It stays open and can no longer be merged.",
        other: "{n} open pull requests come from it. They stay open and can no longer be merged.",
      },
      ja: "このブランチからのオープンなプルリクエストが {n} 件あります。オープンのまま残りますが、マージできなくなります。",
    },
    tip: {
      en: "Its last commit is {id}: from there it can be created again.",
      ja: "最終コミットは {id} です。ここから作成し直せます。",
    },
    act: { en: "Delete branch", ja: "ブランチを削除" },
    keep: { en: "Keep it", ja: "削除せずに戻る" },
  },
  deleted: {
    en: "Branch **{name}** was deleted. Its last commit was `{id}`.",
    ja: "ブランチ **{name}** を削除しました。最終コミットは `{id}` です。",
  },
  moved: {
    en: "Somebody pushed to the branch meanwhile. Look at it again, then decide.",
    ja: "その間にブランチへプッシュがありました。内容を確認してから、もう一度判断してください。",
  },
  refusedDelete: {
    en: "A branch restriction does not let you delete this branch.",
    ja: "ブランチ制限により、このブランチは削除できません。",
  },
  isMain: { en: "The main branch cannot be deleted.", ja: "メインブランチは削除できません。" },
  tags: {
    title: { en: "Tags", ja: "タグ" },
    tag: { en: "Tag", ja: "タグ" },
    count: { en: { one: "1 tag", other: "{n} tags" }, ja: "{n} 件のタグ" },
    none: { en: "No tags yet", ja: "タグはまだありません" },
    noneText: {
      en: "A tag names a commit for good, such as a release.",
      ja: "タグは、リリースなどのコミットに付ける変わらない名前です。",
    },
    commit: { en: "Commit", ja: "コミット" },
    noCommit: { en: "Not a commit", ja: "コミット以外" },
    created: { en: "Created", ja: "作成" },
    branchesLink: { en: "Branches", ja: "ブランチ" },
  },
  compare: {
    title: { en: "Compare", ja: "比較" },
    titleOf: { en: "{source} compared with {destination}", ja: "{source} と {destination} の比較" },
    lead: {
      en: "What a branch, tag or commit has that another has not.",
      ja: "あるブランチ、タグ、コミットにあって、もう一方にない変更を表示します。",
    },
    source: { en: "What has the changes", ja: "変更がある側" },
    destination: { en: "Compared with", ja: "比較の相手" },
    enter: {
      en: "Enter a branch, a tag or a commit.",
      ja: "ブランチ、タグ、またはコミットを入力してください。",
    },
    act: { en: "Compare", ja: "比較" },
    swap: { en: "The other way round", ja: "入れ替えて比較" },
    commits: { en: { one: "1 commit", other: "{n} commits" }, ja: "コミット {n} 件" },
    firstCommits: { en: "The newest {n} commits", ja: "新しい順に {n} 件のコミット" },
    noCommits: {
      en: "It has no commit that {destination} has not.",
      ja: "{destination} にないコミットはありません。",
    },
    changes: { en: "Changes", ja: "変更" },
    changesNote: {
      en: "Since the last commit that both have.",
      ja: "両方に共通する最後のコミットからの差分です。",
    },
    unrelated: {
      en: "The two have no commit in common, so there is nothing to compare from.",
      ja: "共通するコミットがないため、比較できません。",
    },
  },
} satisfies Catalogue;
