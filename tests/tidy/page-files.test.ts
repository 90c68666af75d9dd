import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE_LIST } from "../../src/web/page-list.ts";

/** The part of an address that all pages of a kind share, and the folder that they lie in. */
const FOLDERS: readonly (readonly [string, string])[] = [
  ["/-/", ""],
  ["/{workspace}/workspace/", "workspace/"],
  ["/{workspace}/{repo_slug}/", "repository/"],
  ["/{workspace}/", "workspace/"],
];

/**
 * `settings/sessions` for `/-/settings/sessions`, `repository/pull-requests` for `/{workspace}/{repo_slug}/pull-requests/{id}`. The
 * page is the file of this name, or one in the folder of this name: of a list and of its items.
 */
function placeOf(path: string): string {
  const [prefix = "", folder = ""] = FOLDERS.find(([start]) => `${path}/`.startsWith(start)) ?? ["/"];
  const words = `${path}/`
    .slice(prefix.length)
    .split("/")
    .filter((part) => part !== "" && !part.startsWith("{"));
  return `${folder}${words.join("/")}`.replace(/\/$/, "");
}

for (const { path, methods, takesFiles, takesAnyQuery, lastParameterSpans, load } of PAGE_LIST) {
  test(`the page ${path} is what the list says, in the file that its address says`, async () => {
    const [, file = ""] = /import\("\.\/(.+)\.ts"\)/.exec(load.toString()) ?? [];
    const place = placeOf(path);
    const isAtPlace = path === "/" ? file === "home" : file === place || file.startsWith(`${place}/`);
    assert.ok(isAtPlace, `${file}.ts should be ${place}.ts, or in ${place}/`);
    const page = await load();
    assert.equal(page.path, path);
    assert.equal(page.lastParameterSpans, lastParameterSpans);
    assert.equal(page.takesFiles, takesFiles);
    assert.equal(page.takesAnyQuery, takesAnyQuery);
    const has = [page.get && "GET", page.post && "POST"].filter((method) => method !== undefined);
    assert.deepEqual([...methods], has);
  });
}

test("no address has two pages", () => {
  const paths = PAGE_LIST.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
});
