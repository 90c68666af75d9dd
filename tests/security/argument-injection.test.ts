// The attack: a revision, a path, a ref or a header that git takes for an option, for a second argument or for a setting, and
// so runs a program or writes a file (Bitbucket Server's CVE-2022-36804 and CVE-2022-43781, Gitea's CVE-2022-42968, Gogs's
// GHSA-v9vm-r24h-6rqm). Every route that takes such a text is given each of them.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { ALL_ROUTES } from "../support/examples/all-routes.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit } = await startFilledApp();
await commit({ "README.md": "hello\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const token = await app.token();
const marker = git.newPath("marker");

const TEXTS = [
  `--output=${marker}`,
  `-o${marker}`,
  `--exec=touch ${marker}`,
  `--upload-pack=touch ${marker}`,
  `--remote=ext::sh -c touch% ${marker}`,
  `--open-files-in-pager=touch ${marker};`,
  `$(touch ${marker})`,
  `\`touch ${marker}\``,
  `main;touch ${marker}`,
  `main|touch ${marker}`,
  `main\n--output=${marker}`,
  `main\0--output=${marker}`,
  `main..--output=${marker}`,
  `ext::sh -c touch% ${marker}`,
  "--help",
  "--all",
  "-",
  "--",
];
const GIT_TEXTS = /^(commit|revision|spec|revspec|ref|name|path|filename)$/;

const targets = ALL_ROUTES.flatMap((route) =>
  [...route.path.matchAll(/\{(\w+)\}/g)]
    .filter(([, name]) => GIT_TEXTS.test(name!))
    .map(([parameter]) => ({ route, parameter })),
);

for (const { route, parameter } of targets) {
  test(`${route.method} ${route.path}: ${parameter} is no argument of git`, async () => {
    for (const text of TEXTS) {
      const path = route.path
        .replace("{workspace}", "acme")
        .replace("{repo_slug}", "demo")
        .replace(parameter, encodeURIComponent(text))
        .replaceAll(/\{\w+\}/g, "main");
      const answer = await fetch(app.url + path, {
        method: route.method,
        headers: { authorization: `Bearer ${token}` },
      });
      const body = await answer.text();
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${text}: ${answer.status} ${body.slice(0, 200)}`,
      );
      assert.ok(!/usage: git|unknown option|fatal:/.test(body), `${text}: ${body}`);
      assert.ok(!existsSync(marker), text);
    }
  });
}

test("the routes that take a text for git are found", () => {
  assert.ok(targets.length >= 30, `${targets.length}`);
});

for (const text of TEXTS) {
  test(`as a branch to be made, its target, and a path to commit: ${JSON.stringify(text.replace(marker, "MARKER"))}`, async () => {
    const send = (path: string, body: string | URLSearchParams) =>
      fetch(`${app.url}/2.0/repositories/acme/demo${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": typeof body === "string" ? "application/json" : "application/x-www-form-urlencoded",
        },
        body,
      });
    const named = await send("/refs/branches", JSON.stringify({ name: "x", target: { hash: text } }));
    assert.ok(named.status >= 400 && named.status < 500, `as a target: ${named.status}`);
    for (const body of [
      new URLSearchParams({ message: text, author: text, branch: "b", [`/${text}`]: "content" }),
      new URLSearchParams({ message: "m", branch: text, a: "content" }),
    ]) {
      const answer = await send("/src", body);
      assert.ok(answer.status < 500, `${answer.status} ${await answer.text()}`);
    }
    const fetched = await fetch(`${app.url}/acme/demo.git/info/refs?service=git-upload-pack`, {
      headers: {
        authorization: `Basic ${Buffer.from(`owner:${token}`).toString("base64")}`,
        "git-protocol": encodeURIComponent(text),
      },
    });
    assert.ok(fetched.status < 500);
    assert.ok(!existsSync(marker));
  });
}
