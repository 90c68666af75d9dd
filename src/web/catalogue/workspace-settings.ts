import type { Catalogue } from "../translate.ts";

/** The list at the side of the settings of a workspace. */
export const workspaceSettingsTexts = {
  title: { en: "Workspace settings", ja: "ワークスペースの設定" },
  workspace: { en: "Workspace", ja: "ワークスペース" },
  general: { en: "General", ja: "一般" },
  growth: { en: "Growth", ja: "利用状況の推移" },
  people: { en: "People", ja: "ユーザー" },
  members: { en: "Members", ja: "メンバー" },
  invitations: { en: "Invitations", ja: "招待" },
  groups: { en: "Groups", ja: "グループ" },
  security: { en: "Security", ja: "セキュリティ" },
  tokens: { en: "All tokens", ja: "すべてのトークン" },
  policies: { en: "Policies", ja: "ポリシー" },
  auditLog: { en: "Audit log", ja: "監査ログ" },
} satisfies Catalogue;
