// Everything that a stranger may write, written as badly as it can be, on every page: it is text, and nothing else.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, describe, test } from "node:test";
import { startSession } from "../../src/operations/accounts/sessions.ts";
import { storeDownloads } from "../../src/operations/downloads/downloads.ts";
import { createGroup } from "../../src/operations/groups/groups.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { PAGE_LIST } from "../../src/web/page-list.ts";
import { openTab } from "../support/browser/browser.ts";
import { startExampleSite } from "../support/browser/example-site.ts";
import { examplesOf } from "../support/browser/page-examples.ts";

/** Leaves an attribute in either kind of quotes, and opens an element. */
const EVIL = `"'><hurt-me hurt-attr=1 onfocus=hurt() autofocus tabindex=0>`;
/** The same for names of refs, which take no space. */
const EVIL_REF = `"hurt-attr="1"'><hurt-me>`;
const EVIL_MARKDOWN = `${EVIL}

<script>hurt()</script><img src="x" onerror="hurt()"><svg onload="hurt()"><a href="javascript:hurt()">a</a>
<iframe src="javascript:hurt()"></iframe><form action="https://evil.example/"><button>b</button></form>

[one](javascript:hurt()) [two](data:text/html,<script>hurt()</script>) [three](<vbscript:hurt()>) ![four](javascript:hurt())
[five](java&#10;script:hurt()) <https://example.com/"onmouseover="hurt()> [six]: x" onclick="hurt()
\`\`\`"><hurt-me>
${EVIL}
\`\`\`
`;
const EVIL_SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.hurts=1"><script>window.hurts = 1; parent.hurts = 1</script></svg>`;
const EVIL_HTML = `<!doctype html><script>window.hurts = 1</script><body onload="window.hurts=1">${EVIL}`;

const site = await startExampleSite();
const { app, git, folder, ada, rest } = site;
const { ports, by, workspace, repository } = app;

async function poison(): Promise<void> {
  const files = {
    [EVIL]: EVIL_HTML,
    "README.md": EVIL_MARKDOWN,
    "evil.svg": EVIL_SVG,
    "evil.html": EVIL_HTML,
  };
  const inner = join(folder, `${EVIL} folder`);
  await mkdir(inner, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
    await writeFile(join(inner, name), content);
  }
  await writeFile(join(folder, "evil.ts"), `const evil = \`${EVIL}\`; // ${EVIL}\n`);
  await writeFile(join(folder, "src/commits.ts"), `export const evil = '${EVIL}';\n`);
  const environment = { GIT_AUTHOR_NAME: '" hurt-attr="1', GIT_COMMITTER_NAME: '" hurt-attr="1' };
  await git.out(["add", "--all"], { folder });
  await git.out(["commit", "--quiet", "-m", `${EVIL}\n\n${EVIL_MARKDOWN}`], { folder, environment });
  await git.out(["branch", EVIL_REF], { folder });
  await git.out(["tag", "-a", "-m", EVIL, `t${EVIL_REF}`], { folder });
  for (const { id, kind } of (await rest("GET", "/branch-restrictions")).json.values)
    if (kind === "push") await rest("DELETE", `/branch-restrictions/${id}`);
  await git.out(["push", "--quiet", "origin", "--all"], { folder });
  await git.out(["push", "--quiet", "origin", "--tags"], { folder });
  const made = async (method: string, path: string, body: unknown) => {
    const { status, text } = await rest(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  };
  const raw = { content: { raw: EVIL_MARKDOWN } };
  await made("PUT", "", { description: EVIL_MARKDOWN });
  await made("PUT", "/pullrequests/1", { title: EVIL, description: EVIL_MARKDOWN });
  await made("POST", "/pullrequests/1/comments", raw);
  await made("POST", "/pullrequests/1/comments", { ...raw, inline: { path: "src/commits.ts", to: 3 } });
  await made("POST", "/pullrequests/1/tasks", { content: { raw: EVIL } });
  await made("POST", "/pullrequests", {
    title: EVIL,
    description: EVIL_MARKDOWN,
    source: { branch: { name: EVIL_REF } },
    destination: { branch: { name: "conflicting" } },
  });
  const { json } = await rest("GET", "/pullrequests/1");
  const status = {
    key: EVIL.slice(0, 40),
    name: EVIL,
    description: EVIL,
    state: "FAILED",
    url: `https://ci.example/?${encodeURIComponent(EVIL)}`,
  };
  await made("POST", `/commit/${json.source.commit.hash}/statuses/build`, status);
  await made("POST", "/commit/main/statuses/build", status);
  await made("POST", "/commit/main/comments", raw);
  await made("POST", "/hooks", {
    url: "https://hooks.example/?'&lt;hurt-me&gt;'",
    description: EVIL,
    active: false,
    events: ["repo:push"],
  });
  await made("POST", "/branch-restrictions", { kind: "push", pattern: EVIL_REF, users: [], groups: [] });
  await createGroup(ports, by, workspace, EVIL);
  await createApiToken(ports, by, {
    accountUuid: ada.uuid,
    name: EVIL,
    scopes: ["read:repository:bitbucket"],
    ageDays: 5,
  });
  await startSession(ports, by, ada, { address: "127.0.0.1", client: EVIL });
  const upload = { name: "hurt.txt", source: Readable.from([Buffer.from(EVIL)]) };
  await storeDownloads(ports, by, repository, ada, Readable.from([upload]));
  const db = ports.database.kysely;
  await db.updateTable("account").set({ display_name: EVIL }).execute();
  await db.updateTable("workspace").set({ name: EVIL }).execute();
  await db.updateTable("project").set({ name: EVIL, description: EVIL_MARKDOWN }).execute();
}

await poison();
const cookie = await site.cookieOf(ada);
const { page, context, faults } = await openTab(app.url, { cookie });
after(() => context.close());

const part = encodeURIComponent;
const MORE = [
  `/acme/demo/src/main/${part(EVIL)}`,
  `/acme/demo/src/main/${part(`${EVIL} folder`)}`,
  `/acme/demo/src/main/evil.svg`,
  `/acme/demo/src/main/evil.ts`,
  `/acme/demo/src/${part(EVIL_REF)}/README.md`,
  `/acme/demo/annotate/main/${part(EVIL)}`,
  `/acme/demo/history-node/main/${part(EVIL)}`,
  `/acme/demo/commits/branch/${part(EVIL_REF)}`,
  `/acme/demo/commits/tag/${part(`t${EVIL_REF}`)}`,
  `/acme/demo/branch/${part(EVIL_REF)}`,
  `/acme/demo/branches/compare/${part(EVIL_REF)}..main`,
  `/acme/demo/pull-requests/3`,
  `/acme/demo/pull-requests?q=${part(EVIL)}`,
  `/acme/demo/branches?q=${part(EVIL)}`,
  `/-/go-to?q=${part(EVIL)}`,
  `/?q=${part(EVIL)}`,
  `/-/sign-in?next=${part(`/${EVIL}`)}`,
  `/${part(EVIL)}/${part(EVIL)}`,
  `/acme/${part(EVIL)}`,
  `/acme/demo/no-such-page/${part(EVIL)}`,
];

/** What has become markup of what was text. */
const FOUND = `[
  ...document.querySelectorAll("hurt-me,[hurt-attr],iframe,object,embed,base,form[action^=http]"),
  ...[...document.querySelectorAll("script")].filter((each) => each.src !== location.origin + "/-/assets/" + each.src.split("/-/assets/")[1]),
  ...[...document.querySelectorAll("*")].filter((each) => [...each.attributes].some(({ name }) => name.startsWith("on") || name === "style")),
  ...[...document.querySelectorAll("[href],[src],[action]")].filter((each) => !/^https?:$/.test(new URL(each.getAttribute("href") ?? each.getAttribute("src") ?? each.getAttribute("action"), location).protocol)),
].map((each) => each.outerHTML.slice(0, 200))`;

let shown = 0;

async function isHarmless(path: string): Promise<void> {
  const answer = await page.goto(path);
  assert.ok(answer !== null && answer.status() < 500, `${path}: ${answer?.status()}`);
  assert.deepEqual(await page.evaluate(FOUND), [], path);
  assert.equal(await page.evaluate("window.hurts"), undefined);
  if ((await page.content()).includes("hurt-me")) shown += 1;
  // What was written may name an image of another host, which the policy does not load.
  const serious = faults.splice(0).filter((fault) => !/img-src|Failed to load resource/.test(fault));
  assert.deepEqual(serious, [], path);
}

describe("what strangers write stays text", () => {
  for (const entry of PAGE_LIST) {
    if (!entry.methods.includes("GET")) continue;
    test(entry.path, async () => {
      for (const { path, as } of await examplesOf(site, entry)) if (as !== "nobody") await isHarmless(path);
    });
  }
  for (const path of MORE) test(decodeURIComponent(path).slice(0, 100), () => isHarmless(path));
  test("it was there to be seen", () => {
    assert.ok(shown > 15, `on ${shown} pages`);
  });
});

test("a file of a stranger, opened raw, runs nothing and reaches nothing", async () => {
  for (const name of ["evil.svg", "evil.html", EVIL]) {
    const path = `/acme/demo/raw/main/${part(name)}`;
    const { status, headers } = await fetch(`${app.url}${path}`, { headers: { cookie } });
    assert.equal(status, 200);
    assert.match(headers.get("content-security-policy") ?? "", /sandbox/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    // It may be given as a download, which is no page.
    await page.goto(path).catch(() => undefined);
    assert.equal(await page.evaluate("window.hurts"), undefined, path);
  }
});
