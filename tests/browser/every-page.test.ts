// Every page of the list as people see it: in both languages, by day and by night, on a wide screen and on a telephone.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { PAGE_LIST } from "../../src/web/page-list.ts";
import { NARROW, openTab, type Tab, WIDE } from "../support/browser/browser.ts";
import { listAxeFaults, listLayoutFaults, walkByTab } from "../support/browser/checks.ts";
import { startExampleSite } from "../support/browser/example-site.ts";
import { examplesOf, OTHER_EXAMPLES, type PageExample } from "../support/browser/page-examples.ts";

const site = await startExampleSite();
const cookies = {
  ada: await site.cookieOf(site.ada),
  bob: await site.cookieOf(site.bob),
  nobody: undefined,
};

const WEIGHT_MAX = 100 * 1_024;
const NODES_MAX = 6_000;

const tabs = new Map<string, Promise<Tab>>();
after(async () => {
  for (const tab of tabs.values()) await (await tab).context.close();
});

/** One window for each reader and language, which goes from page to page. */
function tabOf({ as = "ada" }: PageExample, language: "en" | "ja"): Promise<Tab> {
  const name = `${as} ${language}`;
  const tab = tabs.get(name) ?? openTab(site.app.url, { language, cookie: cookies[as] });
  tabs.set(name, tab);
  return tab;
}

async function open(example: PageExample, language: "en" | "ja"): Promise<Tab> {
  const tab = await tabOf(example, language);
  await tab.page.setViewportSize({ width: WIDE, height: 800 });
  await tab.page.emulateMedia({ colorScheme: "light" });
  const answer = await tab.page.goto(example.path);
  assert.equal(answer?.status(), example.status ?? 200, `${example.path} ends at ${tab.page.url()}`);
  assert.equal(await tab.page.evaluate("document.documentElement.lang"), language);
  return tab;
}

const asked = (page: Page) => new URL(page.url()).pathname;

async function lookAt(example: PageExample, language: "en" | "ja"): Promise<string[]> {
  const { page, faults } = await open(example, language);
  assert.equal(asked(page), new URL(example.path, site.app.url).pathname, "the page is not somewhere else");
  const found: string[] = [];
  const note = (where: string, list: readonly string[]) =>
    found.push(...list.map((each) => `${where}: ${each}`));
  note("wide, by day", await listAxeFaults(page));
  note("wide", await listLayoutFaults(page));
  await page.emulateMedia({ colorScheme: "dark" });
  note("wide, by night", await listAxeFaults(page, ["color-contrast"]));
  await page.setViewportSize({ width: NARROW, height: 640 });
  note("narrow, by night", await listAxeFaults(page));
  note("narrow", await listLayoutFaults(page));
  note("faults", faults.splice(0));
  return found;
}

async function weigh(example: PageExample): Promise<void> {
  const { page } = await open(example, "en");
  const bytes: number[] = [];
  for (const address of await page.evaluate<string[]>(
    "[location.href, ...[...document.querySelectorAll('link[rel=stylesheet],script[src]')].map((each) => each.href || each.src)]",
  )) {
    const answer = await page.context().request.get(address);
    bytes.push(gzipSync(await answer.body()).length);
  }
  const weight = bytes.reduce((sum, each) => sum + each, 0);
  assert.ok(weight <= WEIGHT_MAX, `it weighs ${weight} bytes: ${bytes}`);
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  assert.ok(nodes <= NODES_MAX, `it has ${nodes} elements`);
}

/** In turns, so that both are seen of every kind of page; `npm run test:long` sees each page in both. */
const LANGUAGES = ["en", "ja"] as const;
let seen = 0;

function see(example: PageExample): void {
  const first = LANGUAGES[seen % LANGUAGES.length]!;
  seen += 1;
  for (const language of process.env.TEST_PAGES === "all" ? LANGUAGES : [first]) {
    test(`${example.path} in ${language}: axe finds nothing, nothing is cut off, nothing is refused`, async () => {
      assert.deepEqual(await lookAt(example, language), []);
    });
  }
  test(`${example.path} weighs no more than it may`, () => weigh(example));
  test(`${example.path}: what has the focus is what lies at its place`, async () => {
    const { page } = await open(example, "en");
    const walk = await walkByTab(page);
    assert.deepEqual(walk.faults, []);
    assert.ok(walk.stops > 2);
  });
}

for (const entry of PAGE_LIST) {
  if (!entry.methods.includes("GET")) continue;
  describe(entry.path, async () => {
    for (const example of await examplesOf(site, entry)) {
      describe(`as ${example.as ?? "ada"}`, () => see(example));
    }
  });
}

describe("what is not in the list", () => {
  for (const example of OTHER_EXAMPLES) see(example);
});
