import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CEPH_PACKAGES, cephIsInstalled, type StoreServer, startCeph, stopCeph } from "./ceph.ts";

/** Set by `.ci/run`: there, a test that needs the store fails without it. */
const IS_REQUIRED = process.env.TEST_REQUIRE_STORE === "1";

const INSTALL = `apt-get install --no-install-recommends ${CEPH_PACKAGES.join(" ")}`;

/**
 * Why tests that need an object store are skipped; false if they are not. For the `skip` of a test or a suite. Where the
 * store is required this is false too, and opening it throws.
 */
export const storeIsMissing: string | false =
  IS_REQUIRED || cephIsInstalled() ? false : `no object store is installed: ${INSTALL}`;

/** Where all test files of a run find the store, which the first of them starts. */
const FOLDER_VARIABLE = "TEST_STORE_FOLDER";
const SERVER_FILE = "server.json";
const FAILURE_FILE = "failure.txt";
const WAIT_MS_MAX = 180_000;

/**
 * Makes a place for the store of a run. Nothing is started before a test needs it: most runs of single files do not.
 *
 * @returns what ends the store.
 */
export function prepareSharedStore(): () => void {
  if (process.env[FOLDER_VARIABLE] !== undefined) return () => {};
  // `npm test` runs some of the files again on PostgreSQL, and has said it by then.
  if (storeIsMissing && process.env.TEST_DATABASE !== "postgres")
    console.log(`Tests of the object store are skipped: ${storeIsMissing}`);
  const folder = mkdtempSync(join(tmpdir(), "pail-store-"));
  process.env[FOLDER_VARIABLE] = folder;
  return () => {
    stopCeph(join(folder, "ceph"));
    rmSync(folder, { recursive: true, force: true });
  };
}

let opened: Promise<StoreServer> | undefined;

/** The store of this run, started if it is the first time. */
export function openSharedStore(): Promise<StoreServer> {
  opened ??= open();
  return opened;
}

async function open(): Promise<StoreServer> {
  if (!cephIsInstalled()) throw new Error(`no object store is installed: ${INSTALL}`);
  const isOwn = process.env[FOLDER_VARIABLE] === undefined;
  const stop = prepareSharedStore();
  if (isOwn) process.once("exit", stop);
  const folder = process.env[FOLDER_VARIABLE]!;
  return (await isFirst(folder)) ? startIn(folder) : waitFor(folder);
}

async function isFirst(folder: string): Promise<boolean> {
  try {
    await mkdir(join(folder, "started"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function startIn(folder: string): Promise<StoreServer> {
  try {
    const server = await startCeph(join(folder, "ceph"));
    await writeFile(join(folder, "new.json"), JSON.stringify(server));
    await rename(join(folder, "new.json"), join(folder, SERVER_FILE));
    return server;
  } catch (error) {
    await writeFile(join(folder, FAILURE_FILE), String(error));
    throw error;
  }
}

async function waitFor(folder: string): Promise<StoreServer> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const [server, failure] = await Promise.all(
      [SERVER_FILE, FAILURE_FILE].map((name) => readFile(join(folder, name), "utf8").catch(() => undefined)),
    );
    if (server !== undefined) return JSON.parse(server);
    if (failure !== undefined || performance.now() > deadline)
      throw new Error(`the object store of this run does not start: ${failure ?? "it takes too long"}`);
    await sleep(200);
  }
}
