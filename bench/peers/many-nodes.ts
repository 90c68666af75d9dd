import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../../tests/support/database/postgres.ts";
import {
  CEPH_PACKAGES,
  cephIsInstalled,
  startCeph,
  stopCeph,
} from "../../tests/support/object-store/ceph.ts";
import { openTestBucket, type TestBucket } from "../../tests/support/object-store/test-bucket.ts";
import type { Missing } from "../measure/interleave.ts";

/** PostgreSQL and an object store on this machine, for nodes. */
export type NodeEngines = {
  readonly bucket: TestBucket;
  /** A new database with this name, for a server that keeps its repositories in a folder, or in the bucket. */
  environment(name: string, where: "folder" | "store"): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
};

export async function startNodeEngines(): Promise<NodeEngines | Missing> {
  if (!cephIsInstalled())
    return { missing: `no object store is installed (apt-get install ${CEPH_PACKAGES.join(" ")})` };
  const root = await mkdtemp(join(tmpdir(), "pail-bench-engines-"));
  const folder = join(root, "ceph");
  await mkdir(folder);
  const postgres = await startPostgres();
  const bucket = await openTestBucket(await startCeph(folder));
  return {
    bucket,
    async environment(name, where) {
      const client = new pg.Client(postgres.url);
      await client.connect();
      await client.query(`create database ${name} encoding 'UTF8' template template0`);
      await client.end();
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return { DATABASE_URL: url.href, ...(where === "store" ? bucket.environment : {}) };
    },
    async stop() {
      await bucket.close();
      stopCeph(folder);
      postgres.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
