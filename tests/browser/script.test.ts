import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { openTab } from "../support/browser/browser.ts";

/** The script alone, in a page that has all that it knows of, under the strictest policy there is. */
const ASSETS = join(import.meta.dirname, "..", "..", "src", "web", "assets");
const TYPES = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const LINES = Array.from({ length: 40 }, (_, index) => index + 1)
  .map((line) => `<tr id="L${line}"><td class="n">${line}</td><td class="c">x</td></tr>`)
  .join("");

const BODY = `<main>
<div class="cmd"><pre>git clone x</pre><button hidden type="button" data-copy>Copy</button></div>
<form id="scopes"><input type="search" aria-label="q" data-filter=".pick" data-key="/">
<fieldset><label class="pick" data-words="push プッシュ">write<input type="checkbox"></label></fieldset>
<details id="fold"><label class="pick">read:webhook<input type="checkbox"></label></details></form>
<details class="pop"><summary>Clone</summary><div class="sheet">x</div></details>
<details data-load="/part?x=1#part" id="load"><summary>load</summary><div data-place></div></details>
<details data-load="//elsewhere.example/#part" id="foreign"><summary>foreign</summary><div data-place></div></details>
<form method="get"><select data-submit="#go" name="s" aria-label="s"><option>a<option>b<option>c</select><button id="go">Go</button></form>
<table class="code">${LINES}</table>
<details class="box"><summary class="bar">one</summary></details><details class="box"><summary class="bar">two</summary></details>
<a href="#key" data-key="y">y</a></main>`;

const documentOf = (body: string, keys: string) =>
  `<!doctype html><html lang="en"><head><title>t</title><link rel="icon" href="/pail.svg"><link rel="stylesheet" href="/pail.css"><script src="/pail.js" defer></script></head><body data-keys="${keys}" data-copied="Copied">${body}<div class="vh" aria-live="polite" data-says></div></body></html>`;
const PART = `<div id="part"><b id="loaded">yes</b><script>window.ran = true</script><img src="/none.svg" alt="" onerror="window.ran = true"><button hidden data-copy="#loaded">Copy</button></div>`;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, "http://x");
  const asset = /^\/(pail\.(css|js|svg))$/.exec(pathname);
  response.setHeader("content-security-policy", POLICY);
  if (asset !== null) {
    response.setHeader("content-type", TYPES[asset[2] as keyof typeof TYPES]);
    response.end(readFileSync(join(ASSETS, asset[1]!)));
    return;
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  if (pathname === "/part") response.end(PART);
  else if (pathname === "/errors")
    response.end(documentOf(`<div class="errors" tabindex="-1">x</div>${BODY}`, "on"));
  else response.end(documentOf(BODY, searchParams.get("keys") ?? "on"));
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
after(() => {
  server.closeAllConnections();
  server.close();
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function open(path: string, run: (page: Page) => Promise<void>): Promise<void> {
  const { context, page, faults } = await openTab(url);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(path);
  await run(page);
  assert.deepEqual(
    faults.filter((fault) => !/none\.svg|inline event handler/.test(fault)),
    [],
  );
  await context.close();
}

test("a copy button is shown, copies, and says so for a moment", async () => {
  await open("/", async (page) => {
    const button = page.locator(".cmd button");
    await button.click();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), "git clone x");
    assert.equal(await button.textContent(), "Copied");
    assert.equal(await page.locator("[aria-live]").textContent(), "Copied");
    await page.locator(".cmd button", { hasText: /^Copy$/ }).waitFor();
    assert.equal(await page.locator("[aria-live]").textContent(), "");
  });
});

test("scopes are filtered while one types, by their names and by other words for them", async () => {
  await open("/", async (page) => {
    const shown = () =>
      page.evaluate(
        "[...document.querySelectorAll('.pick')].filter((e) => e.checkVisibility()).map((e) => e.innerText.trim())",
      );
    const input = page.locator("input[type=search]");
    assert.deepEqual(await shown(), ["write"], "the other is folded");
    await input.fill("webh");
    assert.deepEqual(await shown(), ["read:webhook"]);
    await input.fill("プッシュ");
    assert.deepEqual(await shown(), ["write"]);
    await input.fill("");
    assert.deepEqual(await shown(), ["write"]);
    await input.press("Enter");
    assert.equal(page.url(), `${url}/`, "the form is not sent");
  });
});

test("a click marks a line, with shift a range, and an address brings it back", async () => {
  await open("/", async (page) => {
    await page.locator("#L12 .n").click();
    assert.ok(page.url().endsWith("#L12"));
    await page.locator("#L9 .n").click({ modifiers: ["Shift"] });
    assert.ok(page.url().endsWith("#L9-L12"));
    assert.equal(await page.locator(".hit").count(), 4);
    await page.reload();
    assert.equal(await page.locator(".hit").count(), 4);
    await page.goto("/#L2-L9999999");
    assert.equal(await page.locator(".hit").count(), 39);
  });
});

test("a sheet is closed by Escape and by a click outside, and the focus stays at its button", async () => {
  await open("/", async (page) => {
    const summary = page.locator(".pop summary");
    const isOpen = () => page.evaluate("document.querySelector('.pop').open");
    await summary.click();
    assert.equal(await isOpen(), true);
    await page.keyboard.press("Escape");
    assert.equal(await isOpen(), false);
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Clone");
    await summary.click();
    await page.locator(".sheet").click();
    assert.equal(await isOpen(), true);
    await page.locator("main").click({ position: { x: 1, y: 1 } });
    assert.equal(await isOpen(), false);
  });
});

test("a folded part is loaded once, nothing of it runs, and nothing is loaded from elsewhere", async () => {
  await open("/", async (page) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.locator("#load summary").click();
    await page.locator("#loaded").waitFor();
    assert.equal(await page.locator("#load button").isVisible(), true, "what is in it is prepared too");
    await page.locator("#load summary").click();
    await page.locator("#load summary").click();
    await page.locator("#foreign summary").click();
    assert.deepEqual(
      asked.filter((address) => !address.endsWith(".svg")),
      [`${url}/part?x=1`],
    );
    assert.equal(await page.evaluate("window.ran"), undefined);
  });
});

test("a select sends its form when it is clicked, and by the keyboard when Enter is pressed", async () => {
  await open("/", async (page) => {
    const select = page.locator("select");
    assert.equal(await page.locator("#go").isVisible(), false);
    await select.focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await select.inputValue(), "b");
    assert.equal(page.url(), `${url}/`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/s=b/);
    await page.locator("select").selectOption("c");
    await page.waitForURL(/s=c/);
  });
});

test("the focus goes to the error summary", async () => {
  await open("/errors", async (page) => {
    assert.equal(await page.evaluate("document.activeElement.className"), "errors");
  });
});

test("single keys act outside of fields, and not for who has switched them off", async () => {
  await open("/", async (page) => {
    const focused = () => page.evaluate("document.activeElement.textContent || document.activeElement.type");
    for (const [key, text] of [
      ["j", "one"],
      ["j", "two"],
      ["k", "one"],
      ["/", "search"],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await focused(), text, key);
    }
    await page.keyboard.type("yj");
    assert.equal(await page.locator("input[type=search]").inputValue(), "yj");
    await page.locator("input[type=search]").blur();
    await page.keyboard.press("Control+y");
    assert.ok(!page.url().includes("#"));
    await page.keyboard.press("y");
    assert.ok(page.url().endsWith("#key"));
  });
  await open("/?keys=off", async (page) => {
    await page.keyboard.press("y");
    await page.keyboard.press("j");
    assert.equal(await page.evaluate("document.activeElement.localName"), "body");
  });
});
