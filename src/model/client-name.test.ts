import assert from "node:assert/strict";
import { test } from "node:test";
import { parseClientName } from "./client-name.ts";

for (const [header, name] of [
  ["git/2.51.0", "git 2.51"],
  ["git/2.39.5 (Apple Git-154)", "git 2.39"],
  ["git/2.47.1.windows.1", "git 2.47"],
  ["git/2.52.0-rc1", "git 2.52"],
  ["curl/8.9.1", "curl 8.9"],
  ["JGit/6.8.0.202311291450-r", "JGit 6.8"],
  ["python-requests/2.32.3", "python-requests 2.32"],
  ["go-git/v5.12.0", "go-git 5.12"],
  ["Go-http-client/1.1", "Go-http-client 1.1"],
  ["RenovateBot/37.100.0 (https://github.com/renovatebot/renovate)", "RenovateBot 37.100"],
  ["node", "node"],
  ["tool/20261130", undefined],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140.0"],
  [
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Edge 142.0",
  ],
  [
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari 18.1",
  ],
  ["Mozilla/5.0 (compatible)", "Mozilla 5.0"],
  [undefined, undefined],
  ["", undefined],
  ["<script>alert(1)</script>", undefined],
  ["git\u202e/2.51", undefined],
  ["git/<b>", undefined],
  ["ATATT3xFfGF0yW3kQ9bVtN0rLxE5mZ2sHc8uGfJ1pDaR7iOoKqT4XvBn6wSYeClUh", undefined],
  [`git/2.51 ${"x".repeat(600)}`, undefined],
] as const) {
  test(`reads ${JSON.stringify(header)?.slice(0, 60)} as ${name}`, () => {
    assert.equal(parseClientName(header), name);
  });
}
