import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import type { Entry } from "../../src/web/translate.ts";

const CATALOGUE = join(import.meta.dirname, "..", "..", "src", "web", "catalogue");

type NamedEntry = { readonly name: string; readonly entry: Entry };

function isEntry(value: unknown): value is Entry {
  return typeof (value as Entry | undefined)?.ja === "string";
}

function entriesOf(name: string, value: unknown): NamedEntry[] {
  if (isEntry(value)) return [{ name, entry: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => entriesOf(`${name}.${key}`, part));
}

const ENTRIES: readonly NamedEntry[] = (
  await Promise.all(
    globSync("**/*.ts", { cwd: CATALOGUE }).map(async (file) => {
      const module: Record<string, unknown> = await import(join(CATALOGUE, file));
      return Object.entries(module).flatMap(([name, value]) =>
        entriesOf(`${relative("", file)} ${name}`, value),
      );
    }),
  )
).flat();

const englishOf = ({ en }: Entry): readonly string[] => (typeof en === "string" ? [en] : [en.one, en.other]);
const holesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

/** What is data in a text and not words: holes, and what stands in monospace. */
const withoutData = (text: string) => text.replaceAll(/\{\w+\}/g, "").replaceAll(/`[^`]*`/g, "");

function refuse(what: (entry: NamedEntry) => string | undefined | false): void {
  const refused = ENTRIES.flatMap((named) => {
    const why = what(named);
    return why === undefined || why === false ? [] : [`${named.name}: ${why}`];
  });
  assert.deepEqual(refused, []);
}

test("there is a catalogue", () => {
  assert.ok(ENTRIES.length > 20);
});

test("every entry has both languages, and a text", () => {
  refuse(
    ({ entry }) =>
      [...englishOf(entry), entry.ja].some((text) => typeof text !== "string" || text.trim() === "") &&
      "is empty",
  );
});

const HAS_JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
/** The only entry that is written in the other language: it leads there. */
const OTHER_LANGUAGE = "frame.ts frameTexts.otherLanguage";
/** Not translated by anybody. */
const NAMES =
  /\b(?:Pail|Bitbucket|Cloud|git|Git LFS|Webhook|API|REST|URL|SSH|GPG|CI|HTTP|HTTPS|ID|JSON|CSV|README|Raw|TOTP|SHA-256|Renovate|UTC|IP|KB|MB|GB|MiB|OK|fast-forward|squash|merge|rebase)\b/g;

test("Japanese is Japanese, and English is English", () => {
  refuse(({ name, entry }) => {
    if (name === OTHER_LANGUAGE) return undefined;
    if (englishOf(entry).some((text) => HAS_JAPANESE.test(text))) return "has Japanese in its English";
    const rest = withoutData(entry.ja).replaceAll(NAMES, "");
    return /\p{L}{2,}/u.test(rest) && !HAS_JAPANESE.test(entry.ja) && `is not translated: ${entry.ja}`;
  });
});

test("both languages have the same holes", () => {
  refuse(({ entry }) => {
    const forms = englishOf(entry);
    const japanese = new Set(holesOf(entry.ja));
    for (const text of forms) {
      const english = new Set(holesOf(text));
      // "1 token" says the number itself.
      const missing = [...japanese].filter(
        (hole) => !english.has(hole) && !(forms.length === 2 && hole === "n"),
      );
      const extra = [...english].filter((hole) => !japanese.has(hole));
      if (missing.length + extra.length > 0) return `holes ${[...english]} and ${[...japanese]}`;
    }
    return forms.length === 2 && !forms[1]!.includes("{n}") && "the form for many does not say how many";
  });
});

test("English has no exclamation mark and none of the words of machines that want to be liked", () => {
  refuse(({ entry }) => {
    const text = englishOf(entry).map(withoutData).join(" ");
    const found = /!|\b(?:please|oops|whoops|sorry,|successfully|simply|just click|invalid)\b/i.exec(text);
    return found !== null && `says "${found[0]}"`;
  });
});

test("English calls things by their names", () => {
  refuse(({ entry }) => {
    const text = englishOf(entry).map(withoutData).join(" ");
    const found =
      /\bGit\b(?! LFS)|\b(?:PAT|personal access token|repo|repos|org|login|log in|log out|sign-on)\b/.exec(
        text,
      );
    return found !== null && `says "${found[0]}"`;
  });
});

const JAPANESE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/あなた|彼|その中/, "leave out the subject, or write 自分 or the noun"],
  [/！|!/, "no exclamation mark"],
  [/(?<!\p{L}|\/)\?/u, "the question mark is full-width: ？"],
  [/ヶ月|ケ月|ヵ月/, "か月"],
  [/(?:SSH|GPG) ?鍵/, "キー"],
  [/させていただ|いただけます|することができ|となります/, "polite, not humble"],
  [/失敗しました|エラーが発生しました/, "～できませんでした, with the reason"],
  [/^(?:無効です|不正です)。?$/, "say what is wrong, then what to do"],
  [
    /下さい|出来|全て|他の|為|[^一-龠]時に|既に|未だ|例えば|又は/,
    "in hiragana: ください, できる, すべて, ほか, ため, とき, すでに, まだ, たとえば, または",
  ],
  [/取消|絞込|読取|書込|貼付/, "with all okurigana: 取り消し, 絞り込み"],
  [/[Ａ-Ｚａ-ｚ０-９　]/, "no full-width letters, digits or spaces"],
  [/ユーザ(?!ー)|サーバ(?!ー)|フォルダ(?!ー)|レビュア(?!ー)|メンバ(?!ー)/, "the long vowel is kept"],
  [/プル リクエスト|ワーク スペース|アクセス トークン/, "katakana compounds are written together"],
  [/(?<=[\p{L}\d]) +[、。（）「」？]|[、。（）「」？] +(?=\S)/u, "no space beside 、。（）「」？"],
  [/(?<!に)する$/, "a button has no する but in ～にする: トークンを作成, 完了にする"],
];

for (const [pattern, remedy] of JAPANESE_WORDS) {
  test(`Japanese: ${remedy}`, () => {
    refuse(({ name, entry }) => {
      if (name === OTHER_LANGUAGE) return undefined;
      const found = pattern.exec(entry.ja.replaceAll(/\{\w+\}|`[^`]*`/g, "x"));
      return found !== null && `"${found[0]}" in ${entry.ja}`;
    });
  });
}

test("Japanese: there is a space between kana or kanji and Latin letters or digits, dates excepted", () => {
  const kana = "[ぁ-ゖァ-ヺー一-龠々]";
  const tight = new RegExp(
    `[A-Za-z](?=${kana})|${kana}(?=[A-Za-z])|\\d(?=${kana})(?![年月日])|(?<![年月])${kana}(?=\\d)`,
  );
  refuse(({ name, entry }) => {
    if (name === OTHER_LANGUAGE) return undefined;
    const found = tight.exec(entry.ja.replaceAll(/\{\w+\}/g, ""));
    return found !== null && entry.ja;
  });
});

const SENTENCE_END = /(?:です|ます|ません|でした|ました|ください|ましょう|ん)(?:か)?$/;

test("Japanese: only sentences end in 。, and no sentence ends in a colon", () => {
  refuse(({ entry }) => {
    const text = entry.ja.replaceAll(/[`*]/g, "").replace(/（[^（）]*）(?=。?$)/, "");
    if (text.endsWith("。") && !SENTENCE_END.test(text.slice(0, -1))) return `a label ends in 。: ${text}`;
    return /[:：]$/.test(text.trim()) && /です|ます/.test(text) && `a sentence ends in a colon: ${text}`;
  });
});

test("Japanese: 取り消す has its object, but for the button in a row", () => {
  refuse(({ entry }) => {
    if (/^取り消す(?:: .*)?$/.test(entry.ja)) return undefined;
    return (
      /(?<!を)(?<!を(?:すべて|すぐに))取り消す/.test(
        entry.ja.replaceAll(/取り消す前|取り消すと|取り消すまで/g, ""),
      ) && entry.ja
    );
  });
});
