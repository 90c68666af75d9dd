// The attack: with a token for pull requests alone, a private repository's commits are brought to another repository.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownerOf } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder, url } = filled;

test("the source of a pull request is of the same family as its destination", async () => {
  const owner = await ownerOf(app);
  const of = (slug: string) => url.replace("/demo.git", `/${slug}.git`);
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "secret.txt": "one\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main", "main:other"], { folder });
  for (const name of ["fork", "sibling"]) {
    const made = await owner.rest("POST", "/repositories/acme/demo/forks", { name });
    assert.equal(made.status, 201, made.text);
  }
  assert.equal((await owner.rest("POST", "/repositories/acme/public", { is_private: true })).status, 200);
  await git.out(["push", "--quiet", of("public"), "main"], { folder });
  await git.out(["checkout", "--quiet", "-b", "topic"], { folder });
  await filled.commit({ "more.txt": "two\n" }, "second");
  for (const slug of ["demo", "fork"]) await git.out(["push", "--quiet", of(slug), "topic"], { folder });
  const create = (into: string, from: string) =>
    owner.rest("POST", `/repositories/acme/${into}/pullrequests`, {
      title: "Mine",
      source: { branch: { name: "topic" }, repository: { full_name: `acme/${from}` } },
      destination: { branch: { name: "main" } },
    });
  const refused = await create("public", "demo");
  assert.equal(refused.status, 400, refused.text);
  assert.match(refused.json.error.fields.source[0], /are not forks of one another/);
  for (const [into, from] of [
    ["demo", "fork"],
    ["sibling", "fork"],
    ["fork", "demo"],
  ] as const) {
    const answer = await create(into, from);
    assert.equal(answer.status, 201, answer.text);
  }
});
