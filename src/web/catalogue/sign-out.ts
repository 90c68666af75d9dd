import type { Catalogue } from "../translate.ts";

export const signOutTexts = {
  done: { en: "You are signed out", ja: "サインアウトしました" },
} satisfies Catalogue;
