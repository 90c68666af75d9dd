import type { Catalogue } from "../translate.ts";

/** What lists and heads say of repositories. */
export const repositoryTexts = {
  repository: { en: "Repository", ja: "リポジトリ" },
  project: { en: "Project", ja: "プロジェクト" },
  visibility: { en: "Visibility", ja: "公開範囲" },
  updated: { en: "Updated", ja: "更新" },
  private: { en: "Private", ja: "非公開" },
  public: { en: "Public", ja: "公開" },
} satisfies Catalogue;
