// The image of the Dockerfile, built by buildah (Debian: apt-get install buildah debootstrap) on an image of Debian that is made here, so
// that no registry of images is asked. It is run as a container is: its files alone, read-only, as its own account.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "../../packaging/paths.ts";
import { waitUntil } from "../support/processes/process-table.ts";

const run = promisify(execFile);
const IMAGE_BYTES_MAX = 200e6;
const ACCOUNT = 10_001;
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

function isThere(command: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}

const missing = ["buildah", "debootstrap", "unshare"].filter((command) => !isThere(command));
const skip =
  missing.length > 0 ? `there is no ${missing.join(", no ")}` : process.getuid!() !== 0 && "needs to be root";

const folder = mkdtempSync(join(tmpdir(), "pail-image-"));
const environment = { ...process.env, STORAGE_DRIVER: "vfs", BUILDAH_ISOLATION: "chroot" };
const containers: string[] = [];
const children: ChildProcess[] = [];
const images = ["pail-test-node", "pail-test"];

async function buildah(...args: readonly string[]): Promise<string> {
  const storage = ["--root", join(folder, "storage"), "--runroot", join(folder, "run")];
  const options = { env: environment, cwd: ROOT, maxBuffer: 64 * 1024 ** 2 };
  return (await run("buildah", [...storage, ...args], options)).stdout.trim();
}

/** With the process inside, which is another account's and so does not end by itself with the one that started it. */
function end({ pid, exitCode, signalCode }: ChildProcess): void {
  if (exitCode === null && signalCode === null) process.kill(-pid!, "SIGKILL");
}

async function openContainer(image: string): Promise<{ readonly id: string; readonly root: string }> {
  const id = await buildah("from", image);
  containers.push(id);
  return { id, root: await buildah("mount", id) };
}

after(async () => {
  for (const child of children) end(child);
  for (const id of containers) await buildah("rm", id);
  if (containers.length > 0) await buildah("rmi", "--all", "--force");
  rmSync(folder, { recursive: true, force: true });
});

/** Debian with the Node and the npm of this machine, and the certificates that it trusts. */
async function buildNodeImage(name: string): Promise<void> {
  const root = join(folder, "debian");
  const packages = "--include=git,ca-certificates,binutils";
  await run("debootstrap", ["--variant=minbase", packages, "bookworm", root], { maxBuffer: 64 * 1024 ** 2 });
  cpSync(realpathSync(process.execPath), join(root, "usr/local/bin/node"));
  const npm = realpathSync(execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim());
  cpSync(join(npm, "..", ".."), join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
  await run("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm")]);
  cpSync(CERTIFICATES, join(root, CERTIFICATES), { dereference: true });
  mkdirSync(join(root, "usr/local/etc"), { recursive: true });
  writeFileSync(join(root, "usr/local/etc/npmrc"), `cafile=${CERTIFICATES}\n`);
  const container = await buildah("from", "scratch");
  containers.push(container);
  await buildah("add", "--quiet", container, root, "/");
  await buildah("commit", "--quiet", container, name);
}

/** Runs a command in the image: its files read-only, with a folder for `/data`, and `/tmp` in memory. */
function start(root: string, data: string, args: readonly string[], variables: readonly string[]) {
  const script = `
    mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
    mount --bind "$1" "$0/data" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp"
    root=$0; shift; cd /
    exec /usr/bin/env -i "$@"`;
  const command = ["/usr/sbin/chroot", `--userspec=${ACCOUNT}:${ACCOUNT}`, root, ...args];
  const inside = ["--mount", "--pid", "--fork", "sh", "-c", script, root, data];
  const child = spawn("unshare", [...inside, ...variables, ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  children.push(child);
  return child;
}

test("the image is small, and serves read-only as an account without rights", {
  skip,
  timeout: 900_000,
}, async () => {
  const [node, image] = images as [string, string];
  await buildNodeImage(node);
  const context = join(folder, "context");
  mkdirSync(join(context, "packaging"), { recursive: true });
  await run("npm", ["pack", "--silent", "--pack-destination", context], { cwd: ROOT });
  cpSync(join(ROOT, "packaging", "collect-image.sh"), join(context, "packaging", "collect-image.sh"));
  const options = ["--format", "docker", "--network", "host", "--file", join(ROOT, "Dockerfile")];
  await buildah("bud", ...options, "--build-arg", `NODE_IMAGE=localhost/${node}`, "--tag", image, context);
  const [{ size }] = JSON.parse(await buildah("images", "--json", image)) as [{ size: string }];
  console.log(`The image has ${size}.`);
  const config = JSON.parse(await buildah("inspect", "--type", "image", image)).Docker.config;
  assert.equal(config.User, `${ACCOUNT}:${ACCOUNT}`);
  assert.deepEqual([config.Entrypoint, config.Cmd], [["pail"], ["serve"]]);

  const { root } = await openContainer(image);
  const { stdout } = await run("du", ["--summarize", "--bytes", root]);
  assert.ok(Number.parseInt(stdout, 10) <= IMAGE_BYTES_MAX, stdout);
  for (const name of ["proc", "dev"]) mkdirSync(join(root, name), { recursive: true });
  const data = join(folder, "data");
  mkdirSync(data);
  chownSync(data, ACCOUNT, ACCOUNT);
  const child = start(root, data, [...config.Entrypoint, "demo", "--port", "0"], config.Env);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  await waitUntil("the demo answers", () => {
    assert.equal(child.exitCode, null, said);
    return said.includes("Ctrl-C");
  });
  const [, port] = /^Pail listens on http:\S+:(\d+)$/m.exec(said)!;
  const [, healthCommand, ...healthArgs] = config.Healthcheck.Test as [string, string, ...string[]];
  const check = start(root, data, [healthCommand, ...healthArgs], [...config.Env, `PAIL_PORT=${port}`]);
  assert.deepEqual(await once(check, "close"), [0, null]);
  const wrongPort = start(root, data, [healthCommand, ...healthArgs], [...config.Env, "PAIL_PORT=1"]);
  assert.deepEqual(await once(wrongPort, "close"), [1, null]);
  const [, token] = /(ATATT\S+)/.exec(said)!;
  const url = `http://x-bitbucket-api-token-auth:${token}@127.0.0.1:${port}/acme/demo.git`;
  await run("git", ["clone", "-q", url, join(folder, "clone")]);
  const ended = once(child, "close");
  end(child);
  await ended;
});
