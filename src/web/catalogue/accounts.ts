import type { Catalogue } from "../translate.ts";

export const accountTexts = {
  username: { en: "User name", ja: "ユーザー名" },
} satisfies Catalogue;
