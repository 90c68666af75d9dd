import { execFile, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { StoreServer } from "../../support/object-store/ceph.ts";
import { findFreePorts } from "../../support/object-store/free-ports.ts";

const PROGRAM = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const BUILD_MS_MAX = 1_200_000;
const START_MS_MAX = 30_000;

/** Why it cannot be built here; false if it can. */
export const gatewayIsMissing: string | false =
  spawnSync("go", ["version"]).status === 0 ? false : "Go is not installed, which builds the second store";

export type VersityGateway = {
  readonly server: StoreServer;
  close(): Promise<void>;
};

/** Builds Versity's gateway, which takes minutes the first time, and starts it on loopback over a folder. */
export async function startVersityGateway(): Promise<VersityGateway> {
  const folder = await mkdtemp(join(tmpdir(), "pail-versity-"));
  const env = { ...process.env, GOBIN: join(folder, "bin"), GOFLAGS: "-buildvcs=false" };
  await promisify(execFile)("go", ["install", PROGRAM], { env, cwd: folder, timeout: BUILD_MS_MAX });
  for (const name of ["objects", "metadata"]) await mkdir(join(folder, name));
  const [port] = await findFreePorts(1);
  const server: StoreServer = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    accessKeyId: randomBytes(10).toString("hex"),
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  const gateway = spawn(
    join(folder, "bin", "versitygw"),
    [
      "--quiet",
      "--keep-alive",
      "--port",
      `127.0.0.1:${port}`,
      "posix",
      "--sidecar",
      join(folder, "metadata"),
      join(folder, "objects"),
    ],
    {
      env: {
        PATH: "",
        ROOT_ACCESS_KEY_ID: server.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: server.secretAccessKey,
      },
      stdio: "ignore",
    },
  );
  await untilAnswers(server.endpoint);
  return {
    server,
    async close() {
      gateway.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(endpoint: string): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > deadline) throw new Error("Versity's gateway does not start");
    await sleep(100);
  }
}
