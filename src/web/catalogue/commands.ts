import type { Catalogue } from "../translate.ts";

export const commandTexts = {
  copy: { en: "Copy", ja: "コピー" },
  copyObject: { en: "Copy: {what}", ja: "コピー: {what}" },
} satisfies Catalogue;
