import type { Catalogue } from "../translate.ts";

/** Who may do what in a repository or a project. */
export const permissionTexts = {
  title: { en: "Permissions", ja: "権限" },
  leadRepository: {
    en: "The highest of these counts: what is given here, in the project {project}, and by being a member of {workspace}.",
    ja: "この画面、プロジェクト {project}、ワークスペース {workspace} のメンバーとしての権限のうち、最も高いものが適用されます。",
  },
  leadProject: {
    en: "A permission in a project holds in all of its repositories, now and later.",
    ja: "プロジェクトの権限は、現在と今後のすべてのリポジトリに適用されます。",
  },
  public: {
    en: "The repository is public: everyone may read it, whoever is listed here.",
    ja: "公開リポジトリのため、ここに表示されていない人も含め、誰でも閲覧できます。",
  },
  people: { en: "People", ja: "ユーザー" },
  groups: { en: "Groups", ja: "グループ" },
  person: { en: "Person", ja: "ユーザー" },
  group: { en: "Group", ja: "グループ" },
  here: { en: "Given here", ja: "ここで付与" },
  effective: { en: "Effective", ja: "適用される権限" },
  from: { en: "From", ja: "権限の元" },
  actions: { en: "Actions", ja: "操作" },
  permission: { en: "Permission", ja: "権限" },
  names: {
    none: { en: "none", ja: "なし" },
    read: { en: "read", ja: "読み取り" },
    write: { en: "write", ja: "書き込み" },
    "create-repo": { en: "create repositories", ja: "リポジトリの作成" },
    admin: { en: "admin", ja: "管理" },
  },
  sources: {
    owner: { en: "owns the workspace", ja: "ワークスペースの所有者" },
    member: { en: "member of the workspace", ja: "ワークスペースのメンバー" },
    project: { en: "project", ja: "プロジェクト" },
    projectGroup: { en: "group {group}, in the project", ja: "グループ {group}（プロジェクト）" },
    here: { en: "given here", ja: "ここで付与" },
    hereGroup: { en: "group {group}", ja: "グループ {group}" },
  },
  noPeople: { en: "Nobody is listed", ja: "ユーザーはいません" },
  noGroups: { en: "No group has a permission here", ja: "権限のあるグループはありません" },
  notHere: { en: "nothing", ja: "なし" },
  change: { en: "Change", ja: "変更" },
  remove: { en: "Remove", ja: "外す" },
  object: { en: ": {name}", ja: ": {name}" },
  add: { en: "Give a permission", ja: "権限を付与" },
  addHint: {
    en: "A member of the workspace, by user name, or a group, by its name in addresses. What somebody has here is replaced.",
    ja: "ワークスペースのメンバーのユーザー名、またはグループのアドレス名を入力します。すでに付与されている権限は置き換えられます。",
  },
  who: { en: "User name or group", ja: "ユーザー名またはグループ" },
  kind: { en: "Kind", ja: "種類" },
  submit: { en: "Give permission", ja: "権限を付与" },
  noPerson: {
    en: "Nobody in this workspace has this user name.",
    ja: "このユーザー名のメンバーはワークスペースにいません。",
  },
  noGroup: {
    en: "The workspace has no group of this name.",
    ja: "この名前のグループはワークスペースにありません。",
  },
  isOwner: {
    en: "This person owns the workspace, and may do everything in it already.",
    ja: "ワークスペースの所有者には、すでにすべての権限があります。",
  },
  choose: { en: "Choose a permission.", ja: "権限を選んでください。" },
  given: { en: "{name} has the permission now.", ja: "{name} に権限を付与しました。" },
  removed: {
    en: "The permission of {name} given here is removed. What comes from elsewhere stays.",
    ja: "{name} にここで付与した権限を外しました。ほかで付与された権限は残ります。",
  },
  explained: {
    title: { en: "What each permission allows", ja: "各権限でできること" },
    read: { en: "read: clone, and comment", ja: "読み取り: クローン、コメント" },
    write: {
      en: "write: also push, merge, and upload downloads",
      ja: "書き込み: プッシュ、マージ、ダウンロードの追加も可能",
    },
    createRepo: {
      en: "create repositories: also make repositories in the project",
      ja: "リポジトリの作成: プロジェクト内のリポジトリの作成も可能",
    },
    admin: {
      en: "admin: also these settings, and delete the repository",
      ja: "管理: この設定の変更、リポジトリの削除も可能",
    },
  },
} satisfies Catalogue;
