// The attack: somebody fills the disk, so that nobody can take their access away. What takes access away must go through all the
// same: the token is revoked, the account disabled, the permission removed, the repository made
// private or deleted, over HTTP and on the command line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startPail } from "../support/server/pail-server.ts";

const MEGABYTE = 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), "pail-disk-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", disk]).status === 0;
after(() => {
  if (isMounted) spawnSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
});
const skip = isMounted ? false : "a small disk can be mounted by root only";

test("a full disk keeps no access from being taken away", { skip }, async () => {
  const dataFolder = join(disk, "data");
  const pail = await startPail({ dataFolder });
  after(() => pail.stop());
  const { credentials } = pail;
  const must = async (...args: readonly string[]) => {
    const outcome = await pail.cli(args);
    assert.equal(outcome.status, 0, outcome.stderr);
    return outcome.stdout.trim();
  };
  const newToken = (name: string) =>
    must("token", "create", "--account", credentials.email, "--name", name, "--scope", "read:repository");
  await must("account", "create", "--email", "bob@example.com", "--username", "bob");
  await must("workspace", "add-member", "--workspace", credentials.workspace, "--account", "bob@example.com");
  const place = ["--repository", `${credentials.workspace}/${credentials.repository}`];
  await must("repository", "grant", ...place, "--account", "bob@example.com", "--permission", "write");
  const [found, listed] = [await newToken("found"), await newToken("listed")];
  const tokens = JSON.parse(await must("token", "list", "--account", credentials.email, "--json")) as {
    readonly id: string;
    readonly name: string;
  }[];
  const listedId = tokens.find(({ name }) => name === "listed")?.id ?? "";
  const path = `/2.0/repositories/${credentials.workspace}/${credentials.repository}`;
  const statusOf = async (token: string) =>
    (
      await sendRequest(credentials.url, path, {
        headers: { authorization: basic(credentials.email, token) },
      })
    ).status;
  const api = async (method: string, json?: unknown) => {
    const answer = await fetch(`${credentials.url}${path}`, {
      method,
      headers: {
        authorization: basic(credentials.email, credentials.token),
        "content-type": "application/json",
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  assert.equal((await api("PUT", { is_private: false })).status, 200);
  const anonymously = async () => (await sendRequest(credentials.url, path, {})).status;
  assert.equal(await anonymously(), 200);
  await waitUntil("there is a reserve", () => existsSync(join(dataFolder, "reserve", "7")));
  const kept = join(dataFolder, "cache", "fetches", "00000000-0000-4000-8000-000000000000");
  mkdirSync(kept, { recursive: true });
  await writeFile(join(kept, "response"), Buffer.alloc(8 * 1024));
  const filler = join(disk, "filler");
  const fill = (path: string) =>
    assert.rejects(writeFile(path, Buffer.alloc(64 * MEGABYTE)), { code: "ENOSPC" });
  await fill(filler);

  const refused = await pail.cli(["account", "create", "--email", "x@example.com", "--username", "x"]);
  assert.notEqual(refused.status, 0, "the disk is full");
  const body = Buffer.from(JSON.stringify({ token: found }));
  const revoked = await sendRequest(credentials.url, "/-/token-revocation", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  assert.equal(revoked.status, 204, revoked.text);
  assert.equal(await statusOf(found), 401);
  assert.equal(await statusOf(listed), 200);
  await must("token", "revoke", listedId);
  assert.equal(await statusOf(listed), 401);
  await must("repository", "grant", ...place, "--account", "bob@example.com", "--permission", "none");
  await must("account", "disable", "--account", "bob@example.com");
  // What was given up for the changes before has been taken by others.
  await fill(`${filler}-2`);
  const hidden = await api("PUT", { is_private: true });
  assert.equal(hidden.status, 200, hidden.text);
  assert.equal(await anonymously(), 404);
  await fill(`${filler}-3`);
  const deleted = await api("DELETE");
  assert.equal(deleted.status, 204, deleted.text);
  assert.equal((await api("GET")).status, 404);
  assert.ok(existsSync(filler));
  assert.ok(!existsSync(kept));

  for (const path of [filler, `${filler}-2`, `${filler}-3`]) await rm(path);
  await must("account", "create", "--email", "x@example.com", "--username", "x");
});
