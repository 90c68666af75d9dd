// The attack: every page of the list, with names, questions and forms that no browser sends: halves of characters, ways through folders,
// names of every object, fields that come twice, not at all, or as large as a file. It may be refused; it may not break.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { PAGE_LIST } from "../../src/web/page-list.ts";
import { type ExampleSite, startExampleSite } from "../support/browser/example-site.ts";
import { examplesOf } from "../support/browser/page-examples.ts";
import { type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { fc } from "../support/fuzzing/seeded-properties.ts";
import { signIn } from "../support/server/web-client.ts";

/** `JUNK_CASES` asks for more than every run of the tests has time for. */
const CASES_PER_PAGE = Number(process.env.JUNK_CASES ?? 12);

const site = await startExampleSite();
const { app } = site;
after(() => app.close());
/** Drafts of tokens belong to the first session. */
let looker = await signIn(app, site.ada);

/** As they stand in an address. */
const TEXTS: readonly string[] = [
  ..."|0|-1|1.5|1e9|99999999999999999999|NaN|null|__proto__|constructor|%|%zz|%C3%28|%ED%A0%80|%00|%0A".split(
    "|",
  ),
  ..."%0D%0AX-Evil:%201|%F0%9F%98%80|..|%2F|..%2F..%2Fetc|%5C|%22%3E%3Cscript%3E|%25|*|--all|main..side|HEAD".split(
    "|",
  ),
  ..."main...nothing|main:docs|main~1|@%7B1%7D|2026-13-45|+275760-09-14|javascript:alert(1)|http://[::".split(
    "|",
  ),
  "00000000-0000-4000-8000-000000000000",
  "0".repeat(40),
  "x".repeat(5_000),
  "%F0%9F%98%80".repeat(300),
  "a/".repeat(1_000),
];
const NAMES =
  "q page sort state author reviewer project language next view context whitespace file row files before after path from to lines source destination clone rendered delete whole shown scopes at current __proto__ a[b]".split(
    " ",
  );
/** As they are entered. */
const VALUES: readonly string[] = [
  ..."|0|-1|__proto__|constructor|99999999999999999999|..|%|2026-13-45|*|main|https://x:99999/|\0|a\0b|\u202e<b>|a\r\nb|\u3000".split(
    "|",
  ),
  "x".repeat(300),
  "x".repeat(900_000),
  "x,".repeat(100_000),
  "\u{1f600}".repeat(300),
  "00000000-0000-4000-8000-000000000000",
];

/** Those that cannot be found, since what they show is not there: a file, or what the next page needs. */
const PLACES: Readonly<Record<string, string>> = {
  "/{workspace}": "/acme",
  "/{workspace}/workspace/settings/audit-log/export": "/acme/workspace/settings/audit-log/export",
  "/{workspace}/{repo_slug}/downloads/{filename}": "/acme/demo/downloads/x",
  "/{workspace}/{repo_slug}/raw/{commit}/{path}": "/acme/demo/raw/main/README.md",
  "/{workspace}/{repo_slug}/src": "/acme/demo/src",
};
/** It signs the looker out, or in as somebody else. */
const WITHOUT_POST = /\/(?:sign-out|sign-in|link)\b/;

async function placeOf(entry: (typeof PAGE_LIST)[number], of: ExampleSite): Promise<string> {
  return PLACES[entry.path] ?? (await examplesOf(of, entry))[0]?.path ?? entry.path;
}

async function ask(path: string, form?: string): Promise<HttpAnswer> {
  const answer = await sendRequest(app.url, path, {
    method: form === undefined ? "GET" : "POST",
    headers: {
      accept: "text/html",
      cookie: `pail=${looker.cookies.get("pail")}`,
      ...(form === undefined
        ? {}
        : { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" }),
    },
    ...(form === undefined ? {} : { body: form }),
  });
  const said = `${path.slice(0, 200)} ${form?.slice(0, 200) ?? ""}: ${answer.status}`;
  assert.ok(answer.status < 500, said);
  assert.equal(answer.headers["x-evil"], undefined, said);
  const faults = app.logLines.filter(({ level }) => Number(level) >= 50);
  assert.deepEqual(faults, [], said);
  return answer;
}

type Field = readonly [name: string, value: string];

/** The fields of each form of a page, but for those that delete what the next case needs. */
function formsOf({ text }: HttpAnswer): readonly (readonly Field[])[] {
  const forms = [...text.matchAll(/<form[^>]*method="post"[^>]*>(.*?)<\/form>/gs)].map(([, form]) =>
    [...form!.matchAll(/<(?:input|select|textarea|button)\b([^>]*)>/g)].flatMap(([, attributes]): Field[] => {
      const name = / name="([^"]*)"/.exec(attributes!)?.[1];
      return name === undefined || name === "csrf"
        ? []
        : [[name, / value="([^"]*)"/.exec(attributes!)?.[1] ?? ""]];
    }),
  );
  return forms.filter((fields) => !fields.some(([, value]) => /^(?:delete|remove|forget|off)$/.test(value)));
}

/** Found before anything is sent: a form may end the session that finds them. */
const places = new Map<string, string>();
for (const entry of PAGE_LIST) places.set(entry.path, await placeOf(entry, site));

for (const entry of PAGE_LIST) {
  test(`${entry.methods.join(", ")} ${entry.path}`, async () => {
    const place = places.get(entry.path)!;
    const [path = "", query = ""] = place.split("?");
    const segments = path.split("/");
    const holes = entry.path.split("/").flatMap((part, index) => (part.startsWith("{") ? [index] : []));
    const numRuns = CASES_PER_PAGE;
    const text = fc.constantFrom(...TEXTS);
    if (entry.methods.includes("GET")) {
      const asked = fc.record({
        hole: fc.nat(),
        text,
        name: fc.constantFrom(...NAMES),
        value: text,
        kind: fc.nat(2),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ hole, text: part, name, value, kind }) => {
          const parts = [...segments];
          if (kind !== 0 && holes.length > 0) parts[holes[hole % holes.length]!] = part;
          const question = kind === 1 ? query : `${query}&${name}=${value}&${name}=${part}`;
          await ask(`${parts.join("/")}?${question}`);
        }),
        { numRuns, endOnFailure: true },
      );
    }
    if (!entry.methods.includes("POST") || WITHOUT_POST.test(entry.path)) return;
    if ((await ask("/-/settings/profile")).status !== 200) looker = await signIn(app, site.ada);
    const page = await ask(place);
    const token = /csrf(?:" value)?="?([\w-]{43})/.exec(page.text)?.[1];
    // What is not there any more leads elsewhere.
    if (token === undefined) return;
    const forms = formsOf(page);
    const sent = fc.record({
      form: fc.nat(),
      field: fc.nat(),
      value: fc.constantFrom(...VALUES),
      kind: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(sent, async ({ form, field, value, kind }) => {
        const fields = forms[form % Math.max(1, forms.length)] ?? [];
        const chosen = field % Math.max(1, fields.length);
        const changed = fields.flatMap((each, index): readonly Field[] => {
          if (index !== chosen) return [each];
          if (kind === 0) return [];
          return kind === 1 ? [each, [each[0], value]] : [[each[0], value]];
        });
        await ask(
          place,
          new URLSearchParams([["csrf", token], ...changed.map(([n, v]) => [n, v])]).toString(),
        );
      }),
      { numRuns, endOnFailure: true },
    );
  });
}
