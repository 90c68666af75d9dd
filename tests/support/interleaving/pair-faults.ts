import { enableAccount } from "../../../src/operations/accounts/accounts.ts";
import { listAuditEvents } from "../../../src/storage/sql/audit/audit-events.ts";
import { listAllDownloadFiles } from "../../../src/storage/sql/downloads/downloads.ts";
import { listAllRepositories } from "../../../src/storage/sql/repositories/repositories.ts";
import type { TestApp } from "../server/test-app.ts";
import { listKeptRepositories } from "../storage/kept-repositories.ts";
import type { PairedOperation } from "./interleaved-operations.ts";
import { pullRequestFaults } from "./pull-request-faults.ts";
import type { Trial } from "./trial.ts";

/** What is wrong after a pair, in words. */
export async function faultsAfter(
  trial: Trial,
  pair: readonly [PairedOperation, PairedOperation],
  statuses: readonly [number, number],
): Promise<string[]> {
  const { app, cast, path, repository } = trial;
  const { owner } = cast;
  await enableAccount(app.by, cast.member);
  const faults: string[] = [];
  for (const [index, { name }] of pair.entries()) {
    const status = statuses[index]!;
    if (status >= 500) faults.push(`${name} is answered ${status}`);
  }
  const count = (name: string) =>
    pair.filter((one, index) => one.name === name && statuses[index]! < 300).length;
  const isDone = (name: string) => count(name) > 0;
  const mustBe = async (at: string, field: string, expected: unknown) => {
    const { status, json } = await owner.rest("GET", at);
    if (status === 200 && json[field] !== expected)
      faults.push(`${field} is ${json[field]} and not ${expected}`);
  };
  if (isDone("hook off")) await mustBe(trial.hook, "active", false);
  if (isDone("hook described")) await mustBe(trial.hook, "description", "new");
  if (isDone("rule for others")) await mustBe(trial.rule, "pattern", "new");
  if (isDone("rule without users")) {
    const { status, json } = await owner.rest("GET", trial.rule);
    if (status === 200 && json.users.length > 0) faults.push("the exemption is there again");
  }
  if (isDone("comment deleted")) await mustBe(trial.comment, "deleted", true);
  if (isDone("main branch kept")) await mustBe(path, "description", "d");
  if (isDone("wiki")) await mustBe(path, "has_wiki", true);
  for (const [name, gone] of [
    ["hook deleted", trial.hook],
    ["rule deleted", trial.rule],
    ["repository deleted", path],
  ] as const)
    if (isDone(name) && (await owner.rest("GET", gone)).status !== 404) faults.push(`${name}, and there`);
  const found = await owner.rest("GET", path);
  if (found.status === 200) {
    const { name } = found.json.mainbranch;
    if ((await owner.rest("GET", `${path}/refs/branches/${name}`)).status !== 200)
      faults.push(`the main branch ${name} is not there`);
    const events = await listAuditEvents(app.ports.database.kysely, { limit: 30 });
    const shown = events.find(
      ({ action, subject }) => subject.uuid === repository.uuid && action.startsWith("repository.made-"),
    );
    const told = shown === undefined ? undefined : shown.action === "repository.made-private";
    if (told !== undefined && told !== found.json.is_private)
      faults.push("the audit log tells another visibility");
  }
  faults.push(...(await pullRequestFaults(trial, count)));
  const secret = `/repositories/outside/of-${repository.slug}/src/main/secret.txt`;
  if ((await cast.outsider.rest("GET", secret)).status === 200)
    faults.push("the outsider's fork has the secret");
  return faults;
}

/** Rows without files and files without rows, when nothing is under way. */
export async function strayFiles(app: TestApp): Promise<string[]> {
  const { database } = app.ports;
  const rows = new Set((await listAllRepositories(database.kysely, undefined)).map(({ uuid }) => uuid));
  const { packFolders } = app.ports;
  // In an object store a repository without packs has nothing but its row.
  const mustBeThere = packFolders === undefined ? new Set<string>() : rows;
  const kept = new Set<string>(await listKeptRepositories(app.ports));
  const downloadRows = new Set((await listAllDownloadFiles(database.kysely)).map(({ fileUuid }) => fileUuid));
  const downloads = new Set((await app.ports.downloads.list()).map(({ uuid }) => uuid));
  const lacks = (one: ReadonlySet<string>, other: ReadonlySet<string>, what: string) =>
    [...one].filter((name) => !other.has(name)).map((name) => `${what}: ${name}`);
  return [
    ...lacks(mustBeThere, kept, "repository without a folder"),
    ...lacks(kept, rows, "files without a repository"),
    ...lacks(downloadRows, downloads, "download without a file"),
    ...lacks(downloads, downloadRows, "file without a download"),
  ];
}
