import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { accessSync, closeSync, constants, globSync, openSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findFreePorts } from "./free-ports.ts";

const run = promisify(execFile);

/** How to reach a store, and by whose name. */
export type StoreServer = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** Programs of Ceph, with the packages of Debian that have them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  radosgw: "radosgw",
  "radosgw-admin": "radosgw",
  "ceph-mon": "ceph-mon",
  "ceph-osd": "ceph-osd",
  ceph: "ceph-common",
  monmaptool: "ceph-common",
};
export const CEPH_PACKAGES = [...new Set(Object.values(PROGRAMS))];

export function cephIsInstalled(): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return Object.keys(PROGRAMS).every((program) => folders.some((folder) => canRun(join(folder, program))));
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The store is kept in memory, and takes no more of it than is in it. */
const MEMORY_BYTES = 4 * 1024 ** 3;
const START_MS_MAX = 120_000;

/**
 * Starts Ceph's gateway for S3 with all that it needs, on loopback: a monitor, one store in memory, the gateway. It takes some
 * ten seconds. The processes outlive this one; `stopCeph` ends them.
 *
 * @param folder is made, and is theirs.
 */
export async function startCeph(folder: string): Promise<StoreServer> {
  const [monitorPort, port] = await findFreePorts(2);
  await mkdir(join(folder, "log"), { recursive: true });
  for (const name of ["monitor", "osd", "gateway", "run", PROCESSES]) await mkdir(join(folder, name));
  const fsid = randomUUID();
  const config = join(folder, "ceph.conf");
  await writeFile(join(folder, "keyring"), "");
  await writeFile(config, configOf({ folder, fsid, monitorPort: monitorPort!, port: port! }));
  const flags = ["-c", config];
  const call = (program: string, ...args: readonly string[]) =>
    run(program, [...flags, ...args], { timeout: START_MS_MAX });

  const map = join(folder, "monmap");
  const address = `[v1:127.0.0.1:${monitorPort}]`;
  await run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", address, map]);
  await call("ceph-mon", "-i", "a", "--mkfs", "--monmap", map);
  const osd = randomUUID();
  await start(folder, ["ceph-mon", ...flags, "-i", "a", "-f"], async () => {
    await call("ceph", "osd", "new", osd, "0");
    return true;
  });
  await call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd);
  await start(folder, ["ceph-osd", ...flags, "-i", "0", "-f"], async () =>
    (await call("ceph", "osd", "stat")).stdout.includes("1 up"),
  );
  const endpoint = `http://127.0.0.1:${port}`;
  await start(
    folder,
    ["radosgw", ...flags, "-n", "client.rgw", "-f"],
    async () => (await fetch(endpoint)).ok,
  );
  const [accessKeyId, secretAccessKey] = [randomBytes(10).toString("hex"), randomBytes(20).toString("hex")];
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
  await call("radosgw-admin", "user", "create", "--uid=pail", "--display-name=pail", ...keys);
  return { endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
}

/** Ends what was started in a folder, and removes it. */
export function stopCeph(folder: string): void {
  for (const file of globSync(join(folder, PROCESSES, "*"))) {
    try {
      process.kill(Number(readFileSync(file, "utf8")), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A folder with a file for each program, which has its process's id. */
const PROCESSES = "processes";

/**
 * Starts a program and waits until it is up. It is started again if it ends: in its first moment a part of Ceph may ask the
 * monitor before it has been told which cluster this is, and is then refused ("wrong fsid").
 */
async function start(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
  isUp: () => Promise<boolean>,
): Promise<void> {
  const file = join(folder, "log", `${program}.out`);
  const log = openSync(file, "a");
  const deadline = performance.now() + START_MS_MAX;
  let daemon: ChildProcess | undefined;
  try {
    for (;;) {
      if (daemon === undefined || daemon.exitCode !== null) {
        daemon = spawn(program, args, { detached: true, stdio: ["ignore", log, log] });
        daemon.unref();
        await writeFile(join(folder, PROCESSES, program), String(daemon.pid));
      }
      if (await isUp().catch(() => false)) return;
      if (performance.now() > deadline)
        throw new Error(`${program} does not start:\n${(await readFile(file, "utf8")).slice(-2_000)}`);
      await sleep(100);
    }
  } finally {
    closeSync(log);
  }
}

type Places = {
  readonly folder: string;
  readonly fsid: string;
  readonly monitorPort: number;
  readonly port: number;
};

/** Nobody but the tests reaches it, so Ceph's own parts do without authentication. What is deleted is freed at once. */
function configOf({ folder, fsid, monitorPort, port }: Places): string {
  const settings = {
    fsid,
    "mon host": `v1:127.0.0.1:${monitorPort}`,
    "public addr": "127.0.0.1",
    "cluster addr": "127.0.0.1",
    "ms bind msgr2": false,
    "ms bind ipv6": false,
    "auth cluster required": "none",
    "auth service required": "none",
    "auth client required": "none",
    "osd pool default size": 1,
    "osd pool default min size": 1,
    "osd pool default pg num": 4,
    "osd pool default pgp num": 4,
    "osd pool default pg autoscale mode": "off",
    "osd crush chooseleaf type": 0,
    "mon allow pool size one": true,
    "mon data": join(folder, "monitor"),
    "osd data": join(folder, "osd"),
    "osd objectstore": "memstore",
    "memstore device bytes": MEMORY_BYTES,
    "run dir": join(folder, "run"),
    "admin socket": "",
    "log file": join(folder, "log", "$name.log"),
    "pid file": "",
    keyring: join(folder, "keyring"),
    "rgw data": join(folder, "gateway"),
    // Without it an answer's body waits for the acknowledgement of its head, which Linux puts off for 40 ms.
    "rgw frontends": `beast endpoint=127.0.0.1:${port} tcp_nodelay=1`,
    "rgw enable usage log": false,
    "rgw gc obj min wait": 1,
    "rgw gc processor period": 5,
    "rgw gc processor max time": 5,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  return `[global]\n${lines.join("")}`;
}
