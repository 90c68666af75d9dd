// Writes docs/screenshots/: the main pages as people see them. Run by `npm run screenshots`, never as a test: the runner only
// starts the server and the browser, and ends them. Japanese needs a font for it, such as Debian's fonts-noto-cjk.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PAGE_LIST } from "../../../src/web/page-list.ts";
import { type Language, NARROW, openTab, type Scheme, WIDE } from "./browser.ts";
import { startExampleSite } from "./example-site.ts";
import { examplesOf } from "./page-examples.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "docs", "screenshots");
const HEIGHT_MAX = 1_400;

type Picture = {
  readonly name: string;
  /** A path, or the page of the list whose first example it is. */
  readonly path: string;
  readonly isSignedOut?: true;
  readonly language?: Language;
  readonly scheme?: Scheme;
  readonly width?: typeof WIDE | typeof NARROW;
};

const PICTURES: readonly Picture[] = [
  { name: "sign-in", path: "/-/sign-in?next=/acme/demo", isSignedOut: true },
  { name: "api-tokens", path: "/-/settings/api-tokens" },
  { name: "api-tokens.ja", path: "/-/settings/api-tokens", language: "ja" },
  { name: "token-scopes", path: "/-/settings/api-tokens/new/{draft}/scopes" },
  { name: "refused", path: "/-/settings/refusals/{sequence}" },
  { name: "repository", path: "/acme/demo" },
  { name: "file.dark", path: "/acme/demo/annotate/main/src/commits.ts", scheme: "dark" },
  { name: "commits", path: "/acme/demo/commits" },
  { name: "pull-request", path: "/acme/demo/pull-requests/1" },
  { name: "pull-request.phone", path: "/acme/demo/pull-requests/1", width: NARROW },
  { name: "workspace-tokens", path: "/acme/workspace/settings/tokens" },
  { name: "audit-log", path: "/acme/workspace/settings/audit-log" },
];

test("screenshots", async () => {
  mkdirSync(FOLDER, { recursive: true });
  const site = await startExampleSite();
  const cookie = await site.cookieOf(site.ada);
  for (const { name, path, isSignedOut, language = "en", scheme = "light", width = WIDE } of PICTURES) {
    const entry = PAGE_LIST.find((each) => each.path === path);
    const address = entry === undefined ? path : (await examplesOf(site, entry))[0]!.path;
    const { page, context } = await openTab(site.app.url, {
      language,
      scheme,
      width,
      cookie: isSignedOut ? undefined : cookie,
    });
    // Twice: colours of code come with the second look.
    for (let look = 0; look < 2; look += 1) await page.goto(address, { waitUntil: "networkidle" });
    const height = await page.evaluate("document.documentElement.scrollHeight");
    await page.setViewportSize({ width, height: Math.min(HEIGHT_MAX, Number(height)) });
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await context.close();
  }
});
