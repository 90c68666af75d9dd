// `npm run screenshots`: the main pages as they are, for the README and docs/screenshots/.
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type Language, NARROW, openTab, type Scheme, WIDE } from "./browser.ts";
import { type ExampleSite, startExampleSite } from "./example-site.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "docs", "screenshots");

type Screenshot = {
  readonly name: string;
  readonly path: string;
  readonly language?: Language;
  readonly scheme?: Scheme;
  readonly width?: typeof WIDE | typeof NARROW;
  readonly isSignedOut?: true;
  /** What is below is more of the same. */
  readonly heightMax?: number;
};

const SCREENSHOTS: readonly Screenshot[] = [
  { name: "sign-in", path: "/-/sign-in?next=/acme/demo", isSignedOut: true },
  { name: "api-tokens", path: "/-/settings/api-tokens" },
  { name: "api-tokens-ja", path: "/-/settings/api-tokens", language: "ja" },
  { name: "token-scopes", path: "/-/settings/api-tokens/new", heightMax: 1_100 },
  { name: "repository", path: "/acme/demo" },
  { name: "clone", path: "/acme/demo?clone", scheme: "dark" },
  { name: "file", path: "/acme/demo/annotate/main/src/commits.ts", scheme: "dark" },
  { name: "commits", path: "/acme/demo/commits" },
  { name: "pull-request", path: "/acme/demo/pull-requests/1", heightMax: 1_300 },
  { name: "pull-request-narrow", path: "/acme/demo/pull-requests/1", width: NARROW, heightMax: 1_200 },
  { name: "workspace-tokens", path: "/acme/workspace/settings/tokens" },
  { name: "audit-log", path: "/acme/workspace/settings/audit-log", heightMax: 1_000 },
  { name: "help-ja", path: "/-/help/api-tokens", language: "ja", heightMax: 1_200 },
];

async function write(site: ExampleSite, shot: Screenshot): Promise<void> {
  const { width = WIDE, language = "en", scheme = "light", isSignedOut, heightMax = 1_400 } = shot;
  const cookie = isSignedOut === true ? undefined : await site.cookieOf(site.ada);
  const { page, context } = await openTab(site.app.url, { width, language, scheme, cookie });
  const answer = await page.goto(shot.path);
  if (answer?.status() !== 200) throw new Error(`${shot.path}: ${answer?.status()}`);
  const wanted = await page.evaluate<number>("document.documentElement.scrollHeight");
  const height = Math.min(wanted, heightMax);
  await page.setViewportSize({ width, height });
  const path = join(FOLDER, `${shot.name}.png`);
  await page.screenshot({ path });
  console.log(`${shot.name}.png ${width} × ${height}: ${Math.round((await stat(path)).size / 1_024)} KB`);
  await context.close();
}

test("screenshots", async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const site = await startExampleSite();
  for (const shot of SCREENSHOTS) await write(site, shot);
});
