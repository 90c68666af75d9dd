import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectId } from "../../model/object-id.ts";
import type { Commit } from "./commit.ts";
import { CommitCache } from "./commit-cache.ts";
import { parseCommit } from "./parse-commit.ts";

function commit(digit: string): Commit {
  return parseCommit(digit.repeat(40) as ObjectId, Buffer.from("tree x\n\nm"));
}

const A = commit("a");
const B = commit("b");
const C = commit("c");

test("drops the least recently used when it is full", () => {
  // Room for two commits of no length.
  const cache = new CommitCache(2 * 1024);
  cache.add("/one", A, 0);
  cache.add("/one", B, 0);
  assert.equal(cache.find("/one", A.id), A);
  cache.add("/one", C, 0);
  assert.equal(cache.find("/one", B.id), undefined);
  assert.equal(cache.find("/one", A.id), A);
  assert.equal(cache.find("/one", C.id), C);
});

test("does not take a commit larger than itself, nor drop others for it", () => {
  const cache = new CommitCache(2 * 1024);
  cache.add("/one", A, 0);
  cache.add("/one", B, 1024);
  assert.equal(cache.find("/one", A.id), A);
  assert.equal(cache.find("/one", B.id), undefined);
});

test("counts a commit once that is added twice", () => {
  const cache = new CommitCache(2 * 1024);
  for (const added of [A, B, A, B, A]) cache.add("/one", added, 0);
  assert.equal(cache.find("/one", A.id), A);
  assert.equal(cache.find("/one", B.id), B);
});

test("does not show a commit through another repository, and forgets one repository alone", () => {
  const cache = new CommitCache(1024 * 1024);
  cache.add("/one", A, 0);
  cache.add("/one-more", A, 0);
  assert.equal(cache.find("/two", A.id), undefined);
  cache.forget("/one");
  assert.equal(cache.find("/one", A.id), undefined);
  assert.equal(cache.find("/one-more", A.id), A);
});
