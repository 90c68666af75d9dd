import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { sendRequest } from "../../tests/support/clients/http-request.ts";
import { openMemoryObjectStore } from "../../tests/support/object-store/memory-object-store.ts";
import { startTestApp } from "../../tests/support/server/test-app.ts";
import { startMetricsServer } from "../http/server/metrics-server.ts";
import { openReadinessCheck } from "../operations/readiness/readiness.ts";
import type { Ports } from "../ports.ts";
import { MIGRATIONS } from "../storage/sql/migrations/migrations.ts";
import { openProbes } from "./health.ts";

const app = await startTestApp({ hasRateLimits: true });
after(() => app.close());
const metrics = await startMetricsServer(
  { host: "127.0.0.1", port: 0 },
  async () => "",
  openProbes(app.ports),
);
after(() => metrics.close());

const READY = {
  status: "ready",
  checks: { database: "ok", migrations: "ok", data_folder: "ok", git: "ok" },
};

for (const [where, origin] of [
  ["the port", app.url],
  ["the port of the metrics", new URL(metrics.url).origin],
] as const) {
  test(`${where}: health and readiness are answered to anyone, whatever credential is sent`, async () => {
    for (const headers of [{}, { authorization: "Basic bm9uc2Vuc2U=" }]) {
      const health = await sendRequest(origin, "/-/health", { headers });
      assert.deepEqual([health.status, JSON.parse(health.text)], [200, { status: "alive" }]);
      const ready = await sendRequest(origin, "/-/ready?verbose=1", { headers });
      assert.deepEqual([ready.status, JSON.parse(ready.text)], [200, READY]);
      assert.equal(ready.headers["cache-control"], "no-store");
      assert.equal(ready.headers["x-ratelimit-limit"], undefined);
    }
    const head = await sendRequest(origin, "/-/ready", { method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
  });
}

test("what goes well is not in the log", () => {
  assert.deepEqual(
    app.logLines.filter(({ route }) => String(route).startsWith("/-/")),
    [],
  );
});

test("who asks is told what arrived of the request", async () => {
  const { text } = await sendRequest(app.url, "/-/health?seen", {
    headers: { authorization: "Basic bm9uc2Vuc2U=", "x-forwarded-for": "203.0.113.7" },
  });
  assert.deepEqual(JSON.parse(text), {
    status: "alive",
    seen: { url: app.url, address: "127.0.0.1", forwarded: ["x-forwarded-for"], has_authorization: true },
  });
});

test("each part that is missing is named, without a path or a text of an error", async () => {
  const { ports } = app;
  const folder = mkdtempSync(join(tmpdir(), "pail-readiness-"));
  rmSync(folder, { recursive: true });
  const gone = { ...ports.config, dataFolder: folder };
  const failing = {
    ...ports.database,
    kysely: {
      selectFrom() {
        throw new Error("password authentication failed for user pail");
      },
    } as never,
  };
  assert.deepEqual(await openReadinessCheck({ ...ports, database: failing, config: gone }).read(), {
    isStopping: false,
    checks: {
      database: "does not answer",
      migrations: "unknown",
      data_folder: "not writable",
      git: "ok",
    },
  });
});

test("a schema that an older version has left lacks migrations; one of a newer version lacks none", async () => {
  const answering = (names: readonly string[]) => ({
    ...app.ports.database,
    kysely: {
      selectFrom: () => ({ select: () => ({ execute: async () => names.map((name) => ({ name })) }) }),
    } as never,
  });
  const names = MIGRATIONS.map(({ name }) => name);
  for (const [found, expected] of [
    [names, "ok"],
    [[...names, "999-of-tomorrow"], "ok"],
    [names.slice(0, -1), "lacks some"],
  ] as const) {
    const { checks } = await openReadinessCheck({ ...app.ports, database: answering(found) }).read();
    assert.deepEqual([checks.database, checks.migrations], ["ok", expected]);
  }
});

test("an object store that does not answer, or is another's, is named within seconds, and may be left out", async () => {
  const store = openMemoryObjectStore();
  await store.write("pail-store.json", Buffer.from("{}"));
  for (const [what, findBytes, expected] of [
    ["is there", store.findBytes, "ok"],
    ["is empty", async () => undefined, "lost its identity"],
    ["refuses", () => Promise.reject(new Error("SlowDown")), "does not answer"],
    ["hangs", () => new Promise<never>(() => {}), "does not answer"],
  ] as const) {
    const stored = { store: { ...store, findBytes } } as unknown as Ports["stored"];
    const probe = openProbes({ ...app.ports, stored });
    const [ready, excluding, other] = await Promise.all(
      ["", "?exclude=object_store", "?exclude=git&exclude=database"].map((query) =>
        probe(`/-/ready${query}`),
      ),
    );
    assert.equal(JSON.parse(ready!.body).checks.object_store, expected, what);
    const status = expected === "ok" ? 200 : 503;
    assert.deepEqual([ready!.status, excluding!.status, other!.status], [status, 200, status], what);
    assert.equal((await probe("/-/health"))?.status, 200);
  }
});

test("what is excluded is not waited for, and without the database nothing is asked of migrations", async () => {
  let asked = 0;
  const hang = () => {
    asked += 1;
    return new Promise<never>(() => {});
  };
  const store = { ...openMemoryObjectStore(), findBytes: hang };
  const database = { ...app.ports.database, kysely: { selectFrom: hang } as never };
  const stored = { store } as unknown as Ports["stored"];
  const probe = openProbes({ ...app.ports, stored, database });
  const answer = await probe("/-/ready?exclude=object_store&exclude=database");
  assert.deepEqual(
    [answer!.status, JSON.parse(answer!.body)],
    [200, { status: "ready", checks: { data_folder: "ok", git: "ok", cache: "ok" } }],
  );
  assert.equal(asked, 0);
});

test("a part that there is none of is refused with those that there are", async () => {
  for (const query of ["exclude=nonsense", "exclude=git&exclude=objectstore", "exclude="]) {
    const { status, text } = await sendRequest(app.url, `/-/ready?${query}`);
    assert.equal(status, 400, query);
    assert.match(
      JSON.parse(text).error.message,
      /database, migrations, data_folder, git, object_store, cache$/,
    );
  }
});

test("with an object store, a cache that cannot be used is named", async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "pail-readiness-"));
  const cache = join(dataFolder, "cache");
  const stored = { store: openMemoryObjectStore() } as unknown as Ports["stored"];
  const read = async () => {
    const ports = { ...app.ports, stored, config: { ...app.ports.config, dataFolder } };
    return (await openReadinessCheck(ports).read()).checks.cache;
  };
  assert.equal(await read(), "ok", "it will be made");
  symlinkSync(join(dataFolder, "disk"), cache);
  assert.equal(await read(), "dangling link");
  mkdirSync(join(dataFolder, "disk"));
  assert.equal(await read(), "ok");
  writeFileSync(join(cache, "views"), "");
  assert.equal(await read(), "not writable");
  rmSync(join(cache, "views"));
  symlinkSync(join(dataFolder, "gone"), join(cache, "objects"));
  assert.equal(await read(), "dangling link");
  rmSync(dataFolder, { recursive: true });
});

test("a server that is about to stop is alive and not ready, and keeps no connection", async () => {
  const { stopping } = app.ports;
  stopping.isStopping = true;
  try {
    for (const origin of [app.url, new URL(metrics.url).origin]) {
      const { status, text } = await sendRequest(origin, "/-/ready");
      assert.deepEqual([status, JSON.parse(text)], [503, { ...READY, status: "stopping" }]);
      assert.equal((await sendRequest(origin, "/-/health")).status, 200);
    }
    assert.deepEqual(await connectionAfter("/2.0/repositories/acme/demo"), [404, "close"]);
  } finally {
    stopping.isStopping = false;
  }
  assert.deepEqual(await connectionAfter("/-/ready"), [200, "keep-alive"]);
});

async function connectionAfter(path: string): Promise<unknown> {
  const answer = await fetch(app.url + path);
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get("connection")];
}

test("however often it is asked, the database is asked once a second", async () => {
  let asked = 0;
  const { database } = app.ports;
  const counted = {
    ...database,
    kysely: {
      selectFrom(name: never) {
        asked += 1;
        return database.kysely.selectFrom(name);
      },
    } as never,
  };
  const check = openReadinessCheck({ ...app.ports, database: counted });
  const answers = await Promise.all(Array.from({ length: 50 }, () => check.read()));
  assert.ok(answers.every(({ checks }) => checks.database === "ok"));
  assert.equal(asked, 1);
});
