import type { Catalogue } from "../translate.ts";

/** What is created: workspaces, projects, repositories, forks. */
export const createTexts = {
  name: { en: "Name", ja: "名前" },
  enterName: { en: "Enter a name.", ja: "名前を入力してください。" },
  nameLength: { en: "At most {n} characters.", ja: "{n} 文字以内で入力してください。" },
  noSlug: {
    en: "A name needs a letter or a digit from which its address is made, and at most 62 characters.",
    ja: "アドレスに使える英数字を 1 文字以上含む、62 文字以内の名前を入力してください。",
  },
  description: { en: "Description", ja: "説明" },
  optional: { en: "Optional", ja: "任意" },
  project: { en: "Project", ja: "プロジェクト" },
  noProject: {
    en: "Choose a project of this workspace.",
    ja: "このワークスペースのプロジェクトを選んでください。",
  },
  mayNotInProject: {
    en: "You may not create repositories in this project.",
    ja: "このプロジェクトでリポジトリを作成する権限がありません。",
  },
  isPrivate: { en: "Private", ja: "非公開" },
  repositoryPrivateHint: {
    en: "Only people and groups with a permission see it. Otherwise everyone may read and clone it, signed in or not.",
    ja: "権限のあるユーザーとグループにだけ表示されます。選択しない場合は、サインインしていない人も含め、誰でも閲覧とクローンができます。",
  },
  mainBranch: { en: "Main branch", ja: "メインブランチ" },
  mainBranchHint: {
    en: "Leave it empty to take the first branch that is pushed.",
    ja: "空欄の場合は、最初にプッシュされたブランチになります。",
  },
  notABranchName: { en: "This is not the name of a branch.", ja: "ブランチ名として使えません。" },
  workspace: {
    title: { en: "Create a workspace", ja: "ワークスペースを作成" },
    lead: {
      en: "A workspace holds projects and repositories, and the people who work on them. You will own it.",
      ja: "ワークスペースには、プロジェクト、リポジトリ、メンバーが属します。作成した人が所有者になります。",
    },
    slug: { en: "Address", ja: "アドレス" },
    slugHint: {
      en: "The first part of every clone address: lower-case letters, digits, `_` and `-`. It does not change later.",
      ja: "クローン用 URL の先頭部分です。英小文字、数字、`_`、`-` が使えます。後から変更できません。",
    },
    slugWrong: {
      en: "Use 1 to 62 lower-case letters, digits, `_` or `-`. Some words are reserved.",
      ja: "英小文字、数字、`_`、`-` を使い、62 文字以内で入力してください。一部の語は予約されています。",
    },
    slugTaken: {
      en: "This address is taken. Choose another one.",
      ja: "このアドレスはすでに使われています。別のアドレスを入力してください。",
    },
    isPrivateHint: {
      en: "Only members see that it exists. Its public repositories stay public.",
      ja: "メンバー以外には表示されません。公開リポジトリは公開のままです。",
    },
    submit: { en: "Create workspace", ja: "ワークスペースを作成" },
    done: {
      en: "{name} is created. Create a repository in it next.",
      ja: "{name} を作成しました。続けてリポジトリを作成できます。",
    },
    notHere: {
      title: {
        en: "The operator creates workspaces here",
        ja: "ワークスペースの作成はサーバー管理者が行います",
      },
      text: {
        en: "Ask the operator of this server, or ask the owner of a workspace to invite you.",
        ja: "このサーバーの管理者に作成を依頼するか、既存のワークスペースへの招待を依頼してください。",
      },
    },
  },
  newProject: {
    title: { en: "Create a project", ja: "プロジェクトを作成" },
    lead: {
      en: "A project groups repositories of a workspace. Permissions, default reviewers and a branching model that are set there hold in all of them.",
      ja: "プロジェクトは、ワークスペース内のリポジトリをまとめます。プロジェクトに設定した権限、既定のレビュアー、ブランチモデルは、すべてのリポジトリに適用されます。",
    },
    key: { en: "Key", ja: "キー" },
    keyHint: {
      en: "Letters, digits and `_`, beginning with a letter, such as `WEB`",
      ja: "英字で始まる英数字と `_`（例: `WEB`）",
    },
    keyWrong: {
      en: "Use letters, digits and `_`, beginning with a letter.",
      ja: "英字で始まる英数字と `_` で入力してください。",
    },
    keyTaken: {
      en: "The workspace has a project with this key already.",
      ja: "このキーのプロジェクトがすでにあります。",
    },
    privateHint: {
      en: "Only members and people with a permission in it see the project. It does not make its repositories private.",
      ja: "プロジェクトは、メンバーと権限のあるユーザーにだけ表示されます。リポジトリの公開範囲は変わりません。",
    },
    submit: { en: "Create project", ja: "プロジェクトを作成" },
    done: { en: "{name} is created.", ja: "{name} を作成しました。" },
  },
  newRepository: {
    title: { en: "Create a repository", ja: "リポジトリを作成" },
    nameHint: {
      en: "Its address is made from it: “My app” becomes `my-app`.",
      ja: "アドレスは名前から作られます（「My app」は `my-app` になります）。",
    },
    submit: { en: "Create repository", ja: "リポジトリを作成" },
    importInstead: { en: "Import one instead", ja: "既存のリポジトリをインポート" },
    taken: {
      en: "There is a repository with this address already.",
      ja: "このアドレスのリポジトリがすでにあります。",
    },
    done: { en: "{name} is created.", ja: "{name} を作成しました。" },
    noProjects: {
      title: { en: "A repository needs a project", ja: "リポジトリにはプロジェクトが必要です" },
      text: {
        en: "This workspace has no project in which you may create repositories.",
        ja: "リポジトリを作成できるプロジェクトが、このワークスペースにありません。",
      },
    },
  },
  fork: {
    title: { en: "Fork {name}", ja: "{name} をフォーク" },
    lead: {
      en: "A fork is a repository of its own with all branches and tags. Pull requests lead from it to the one it comes from.",
      ja: "フォークは、すべてのブランチとタグを持つ独立したリポジトリです。フォーク元へプルリクエストを送れます。",
    },
    workspace: { en: "Workspace", ja: "ワークスペース" },
    noWorkspace: {
      en: "Choose a workspace in which you may create repositories.",
      ja: "リポジトリを作成できるワークスペースを選んでください。",
    },
    privateHint: {
      en: "Only people and groups with a permission see the fork.",
      ja: "フォークは、権限のあるユーザーとグループにだけ表示されます。",
    },
    submit: { en: "Fork repository", ja: "リポジトリをフォーク" },
    done: { en: "{name} is created.", ja: "{name} を作成しました。" },
    refused: {
      title: { en: "This repository takes no forks", ja: "このリポジトリはフォークできません" },
      text: {
        en: "Its fork policy forbids them. An administrator can change it.",
        ja: "フォークポリシーで禁止されています。管理者が変更できます。",
      },
    },
    nowhere: {
      title: { en: "A fork needs a workspace", ja: "フォークにはワークスペースが必要です" },
      text: {
        en: "You have none in which you may create repositories.",
        ja: "リポジトリを作成できるワークスペースがありません。",
      },
    },
  },
} satisfies Catalogue;
