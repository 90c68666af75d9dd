import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import type { Uuid } from "../../model/uuid.ts";
import { OWN_PROCESS } from "../processes/process-name.ts";
import { intentName, isCutOff, isOwn, newStagingName, repositoryOfIntent } from "./staging-names.ts";

const REPOSITORY = "12345678-2222-4333-8444-555555555555" as Uuid;
const LINUX = { skip: process.platform === "linux" ? false : "only Linux tells when a process began" };

test("what this process makes is not cut off", () => {
  for (const name of [newStagingName(), intentName(REPOSITORY)]) assert.equal(isCutOff(name), false, name);
  assert.notEqual(newStagingName(), newStagingName());
});

test("a mark tells its repository, and nothing else does", () => {
  assert.equal(repositoryOfIntent(intentName(REPOSITORY)), REPOSITORY);
  assert.equal(repositoryOfIntent(`17-unsure-${REPOSITORY}`), REPOSITORY);
  assert.equal(repositoryOfIntent(`17-new-${REPOSITORY}`), REPOSITORY);
  assert.equal(repositoryOfIntent(newStagingName()), undefined);
  assert.equal(repositoryOfIntent(`17-${REPOSITORY}`), undefined);
});

test("what another process has made that had the same id is cut off", LINUX, () => {
  const { id, started } = OWN_PROCESS;
  assert.equal(isCutOff(`${id}-${started! - 1}-${REPOSITORY}`), true);
  for (const name of [`${id}-${started! - 1}-${REPOSITORY}`, `${id}-${REPOSITORY}`, newStagingName()])
    assert.equal(isOwn(name), true, name);
  assert.equal(isOwn(`${id + 1}-${REPOSITORY}`), false);
});

test(
  "what a process has made is cut off when that has ended, even before anybody has taken notice",
  LINUX,
  async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const name = `${child.pid}-${REPOSITORY}`;
    assert.equal(isCutOff(name), false);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isCutOff(name), true);
    assert.equal(isCutOff("not named here"), true);
  },
);
