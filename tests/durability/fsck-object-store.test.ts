// Each way in which rows and an object store can disagree is found, told with what to do, and leaves the store as it is.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { sql } from "kysely";
import type { OpenedPorts } from "../../src/open-ports.ts";
import { checkData } from "../../src/operations/backup/check-data.ts";
import type { Finding } from "../../src/operations/backup/finding.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { makeTeam } from "../support/server/team-installation.ts";
import { newInstallation } from "../support/server/test-installation.ts";

const DAY_MS = 86_400_000;
const git = openRealGit();
const installation = await newInstallation("an object store");
const made = await installation.open();
const { serving } = await makeTeam(made, git);
await serving(made, ({ change }) => change("first"));
await made.close();
const { contents } = installation.store;
const whole = new Map(contents);

let ports: OpenedPorts;
/** What undoes the fault that a test has made in the rows. */
let undo: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  ports = await installation.open();
});

afterEach(async () => {
  await undo?.();
  undo = undefined;
  contents.clear();
  for (const [key, value] of whole) contents.set(key, value);
  await ports.close();
});

async function run(statement: string): Promise<void> {
  await sql.raw(statement).execute(ports.database.kysely);
}

async function change(statement: string, back: string): Promise<void> {
  undo = () => run(back);
  await run(statement);
}

async function check(isFull = false): Promise<readonly Finding[]> {
  const before = new Map(contents);
  const { findings } = await checkData(ports, { isFull });
  assert.deepEqual(new Map(contents), before, "nothing in the store is touched");
  for (const { remedy } of findings) assert.notEqual(remedy, "");
  return findings;
}

/** Those that count, without what follows of them for repositories. */
async function kindsOf(isFull = false): Promise<readonly string[]> {
  return [...new Set((await check(isFull)).map(({ kind }) => kind))].sort();
}

/** The largest object: what has been pushed to the parent, and is shared by its fork. */
async function findShared(): Promise<{ readonly name: string; readonly key: string }> {
  const { rows } = await sql<{ name: string }>`
    select name from stored_object where names > 1 and name not in (select name from inline_object)
    order by bytes desc limit 1`.execute(ports.database.kysely);
  const { name } = rows[0]!;
  return { name, key: `o/${name.slice(0, 2)}/${name}` };
}

test("nothing is found where nothing is wrong", async () => {
  const outcome = await checkData(ports, { isFull: true });
  assert.deepEqual(outcome.findings, []);
  assert.ok(outcome.objects! > 10 && outcome.refs > 10 && outcome.downloads > 2);
});

test("an object that is not in the store is told with all who need it", async () => {
  const { key } = await findShared();
  contents.delete(key);
  const [first] = (await check()).filter(({ kind }) => kind === "missing-stored-object");
  assert.match(first!.path, new RegExp(`/${key}$`));
  assert.match(first!.detail, /needed by .*team\/(?:site|fork-first)/);
});

test("an object of another length is found, and one of other bytes if all are read", async () => {
  const { key } = await findShared();
  const { content, changedAt } = whole.get(key)!;
  contents.set(key, { content: content.subarray(1), changedAt });
  assert.ok((await kindsOf()).includes("damaged-stored-object"));
  const flipped = Buffer.from(content);
  flipped[1_000]! ^= 1;
  contents.set(key, { content: flipped, changedAt });
  const full = await kindsOf(true);
  assert.ok(full.includes("damaged-stored-object"), full.join());
});

test("bytes in the database are compared too", async () => {
  const first = "(select min(name) from inline_object)";
  await change(
    `update inline_object set content = content || 'x'::bytea where name = ${first}`,
    `update inline_object set content = substring(content for octet_length(content) - 1) where name = ${first}`,
  );
  assert.ok((await kindsOf()).includes("damaged-stored-object"));
});

test("what lies in the store without a row is found when it is older than a day", async () => {
  const name = "ab".repeat(20);
  const lay = (key: string, ageMs: number) =>
    contents.set(key, { content: Buffer.from("x"), changedAt: new Date(Date.now() - ageMs) });
  lay(`o/ab/${name}`, DAY_MS / 2);
  assert.deepEqual(await kindsOf(), [], "it may be an upload under way");
  lay(`o/ab/${name}`, DAY_MS * 2);
  lay("o/readme.txt", DAY_MS * 2);
  const findings = await check();
  assert.deepEqual(
    findings.map(({ kind, isHarmless }) => `${kind} ${isHarmless}`),
    ["object-without-row false", "object-without-row false"],
  );
  assert.match(findings[0]!.detail, new RegExp(`1 objects .*${name}`));
  assert.match(findings[1]!.detail, /readme\.txt/);
});

test("a count that is not the number of rows is found", async () => {
  const { name } = await findShared();
  const add = (number: number) => `update stored_object set names = names + ${number} where name = '${name}'`;
  await change(add(1), add(-1));
  const findings = await check();
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["miscounted-object"],
  );
  assert.match(findings[0]!.detail, /with \d+ names, and \d+ rows/);
});

test("a repository that has lost a row lacks what its refs reach, and nobody else does", async () => {
  const { name } = await findShared();
  await run("create table kept as select * from pack");
  const fork = "(select uuid from repository where slug = 'fork-first')";
  await change(
    `delete from pack where object_name = '${name}' and repository_uuid = ${fork}`,
    "insert into pack select * from kept on conflict do nothing",
  );
  await run(`update repository set pack_generation = pack_generation + 1 where uuid = ${fork}`);
  const findings = (await check()).filter(({ kind }) => kind === "missing-objects");
  assert.deepEqual([...new Set(findings.map(({ repository }) => repository))], ["team/fork-first"]);
});

test("a download that has lost its blob, and a blob that has lost its download", async () => {
  await change(
    "update blob set name = 'download/00000000-0000-4000-8000-000000000000' where name = (select 'download/' || file_uuid from download where name = 'notes.txt')",
    "update blob set name = (select 'download/' || file_uuid from download where name = 'notes.txt') where name = 'download/00000000-0000-4000-8000-000000000000'",
  );
  const findings = await check();
  assert.deepEqual(
    findings.map(({ kind, isHarmless }) => `${kind} ${isHarmless}`),
    ["missing-download false", "download-without-row true"],
  );
});

test("a sweep that does not run, and a hold that does not end, are told and do no harm", async () => {
  await change(
    "insert into hold (id, purpose, expires_at) values ('x', 'backup', 9000000000000)",
    "delete from hold where id = 'x'",
  );
  await run(`insert into stored_object (name, kind, state, names, made_by, state_at)
    values ('${"cd".repeat(20)}', 'pack', 'pending', 0, 'test', 1)`);
  const findings = await check();
  await run("delete from stored_object where made_by = 'test'");
  assert.deepEqual(
    findings.map(({ kind, isHarmless }) => `${kind} ${isHarmless}`),
    ["endless-hold true", "overdue-objects true"],
  );
});

test("a key that cannot be opened is told with what it takes with it", async () => {
  await run("create table kept_key as select * from server_key");
  await change(
    "update server_key set sealed = substring(sealed from 2) where name = 'apps'",
    "update server_key set sealed = kept_key.sealed from kept_key where kept_key.name = server_key.name",
  );
  // Keys are read at the start.
  const again = await installation.open();
  const { findings } = await checkData(again, { isFull: false });
  await again.close();
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["damaged-key"],
  );
  assert.match(findings[0]!.remedy, /installed apps cannot be called/);
});

test("a store that does not answer ends it, and is not taken for one that has lost everything", async () => {
  const { store } = ports.stored!;
  const away = { ...store, findBytes: () => Promise.reject(new Error("the store is away")) };
  await assert.rejects(
    checkData({ ...ports, stored: { ...ports.stored!, store: away } }, { isFull: false }),
    /the store is away/,
  );
});
