import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { after, afterEach, before, describe, test as nodeTest } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { Failure } from "../../../src/model/failure.ts";
import { NoSuchObjectError, type ObjectStore } from "../../../src/storage/object-store/object-store.ts";
import { openS3ObjectStore, type S3ObjectStore } from "../../../src/storage/object-store/s3-object-store.ts";
import { partRanges } from "../../../src/storage/object-store/s3-upload.ts";
import type { Patience } from "../../../src/storage/object-store/store-attempts.ts";
import { type FaultyProxy, openFaultyProxy, type ProxiedRequest, type StoreFault } from "./faulty-proxy.ts";
import { isUnavailable, life, sourceOf, streamOf, upload } from "./object-store-contract.ts";
import type { TestBucket } from "./test-bucket.ts";

/** Short, since each fault of time is waited for. */
const HASTE: Patience = {
  connectMs: 500,
  stallMs: 500,
  completionMs: 2_000,
  triesMax: 4,
  triesMs: 5_000,
  pauseMs: 2,
  pauseMsMax: 20,
};
const MIB = 1024 ** 2;

/** What is tried again until it is well. */
const PASSING: readonly StoreFault[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503, code: "SlowDown" },
  { kind: "status", status: 429, code: "TooManyRequests" },
  { kind: "status", status: 400, code: "RequestTimeout" },
  { kind: "page", status: 502 },
  { kind: "hang" },
  { kind: "cut-request" },
  { kind: "lose-answer" },
  { kind: "cut-answer", afterBytes: 0 },
  { kind: "delay", ms: 100 },
];

/** What has to hold whatever the network and the store do, of any engine. */
export function faultyNetworkSuite(
  name: string,
  options: { readonly skip: string | false },
  open: () => Promise<TestBucket>,
): void {
  describe(`a store ${name} behind a network that fails`, () => {
    const test = (what: string, work: () => Promise<void>) => nodeTest(what, options, work);
    const content = randomBytes(200_000);
    let bucket: TestBucket;
    let proxy: FaultyProxy;
    let store: S3ObjectStore;
    let direct: ObjectStore;

    before(async () => {
      if (options.skip) return;
      bucket = await open();
      proxy = await openFaultyProxy(bucket.settings.endpoint!);
      store = await bucket.openStore({ endpoint: proxy.endpoint, patience: HASTE, prefix: "behind" });
      direct = await bucket.openStore({ prefix: "behind" });
      await upload(direct, "there", content);
    });
    after(async () => {
      await proxy?.close();
      await bucket?.close();
    });
    afterEach(() => proxy?.decide(() => undefined));

    /** Each method, with what must hold afterwards. */
    const METHODS: Readonly<Record<string, (key: string) => Promise<void>>> = {
      async send(key) {
        await (await store.prepareUpload(key, content.length, life())).send(streamOf(content));
        assert.deepEqual(await direct.readBytes(key), content);
      },
      async readBytes() {
        assert.deepEqual(await store.readBytes("there"), content);
        assert.deepEqual(await store.readBytes("there", { first: 1, last: 9 }), content.subarray(1, 10));
      },
      async read() {
        assert.deepEqual(await buffer(await store.read("there")), content);
      },
      async findBytes() {
        assert.equal(await store.findBytes("there"), content.length);
      },
      async write(key) {
        await store.write(key, content);
        assert.deepEqual(await direct.readBytes(key), content);
      },
      async delete(key) {
        await direct.write(key, content);
        await store.delete(key);
        await assert.rejects(direct.readBytes(key), NoSuchObjectError);
      },
      async list() {
        const keys = [];
        for await (const page of store.list("there")) keys.push(...page.map(({ key }) => key));
        assert.deepEqual(keys, ["there"]);
      },
    };

    for (const [name, method] of Object.entries(METHODS)) {
      for (const fault of PASSING) {
        // The answer to HEAD has no body that could tell which error it is.
        if (name === "findBytes" && fault.kind === "status" && fault.status === 400) continue;
        test(`${name} survives ${inspect(fault, { breakLength: Infinity })} three times`, async () => {
          proxy.plan([fault, fault, fault]);
          await method(`survives/${name}-${PASSING.indexOf(fault)}`);
        });
      }
    }

    const LASTING: readonly (readonly [StoreFault, RegExp])[] = [
      [{ kind: "status", status: 500 }, /4 tries, the last one: status 500 ?\w*$/],
      [{ kind: "hang" }, /4 tries, the last one: no byte for 500 ms$/],
      [{ kind: "cut-request" }, /4 tries, the last one: (?:socket hang up|read|write) .*$/],
      [{ kind: "status", status: 403, code: "AccessDenied" }, /: status 403 \w+$/],
    ];
    for (const [name, method] of Object.entries(METHODS)) {
      for (const [fault, reason] of LASTING) {
        test(`${name} reports ${inspect(fault, { breakLength: Infinity })} that lasts`, async () => {
          proxy.decide(() => fault);
          const key = `reports/${name}`;
          await assert.rejects(method(key), (error) => {
            assert.ok(error instanceof Failure && error.kind === "unavailable", String(error));
            assert.match(error.message, /^Cannot (?:write to|read from) the object store: /);
            assert.match(error.details.reason!, reason);
            assert.match(
              error.details.reason!,
              /^(?:GET|PUT|HEAD|DELETE|LIST) \S+ of s3:\/\/pail-test-\w+\/behind: /,
            );
            refuseSecrets(error);
            return true;
          });
        });
      }
    }

    function refuseSecrets(error: Error): void {
      const told = inspect(error, { depth: 10, showHidden: true });
      const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = bucket.environment;
      for (const hidden of [id!, secret!, "X-Amz-", "Signature", "AWS4", "?"])
        assert.ok(!told.includes(hidden), `${hidden} in ${told}`);
    }

    for (const fault of [
      { kind: "cut-answer", afterBytes: 70_000 },
      { kind: "stall-answer", afterBytes: 70_000 },
    ] as const) {
      test(`a read goes on where ${fault.kind} has ended it, and reads nothing twice`, async () => {
        const from = proxy.requests.length;
        proxy.plan([fault, fault]);
        assert.deepEqual(await buffer(await store.read("there")), content);
        proxy.plan([fault, fault]);
        assert.deepEqual(
          await store.readBytes("there", { first: 10, last: 190_000 }),
          content.subarray(10, 190_001),
        );
        assert.deepEqual(
          proxy.requests.slice(from).map(({ headers }) => headers.range),
          [
            undefined,
            "bytes=70000-199999",
            "bytes=140000-199999",
            "bytes=10-190000",
            "bytes=70010-190000",
            "bytes=140010-190000",
          ],
        );
      });
    }

    test("a read that is cut off again and again goes on as long as it gets further", async () => {
      const cut: StoreFault = { kind: "cut-answer", afterBytes: 9_999 };
      proxy.plan(Array.from({ length: 20 }, () => cut));
      assert.deepEqual(await buffer(await store.read("there")), content);
      proxy.decide(() => ({ kind: "cut-answer", afterBytes: 0 }));
      await assert.rejects(store.read("there").then(buffer), isUnavailable);
    });

    test("a range that is shorter than it was asked for is no answer", async () => {
      const range = { first: 0, last: 99_999 };
      proxy.plan([{ kind: "shorten-answer", toBytes: 50 }]);
      assert.deepEqual(await store.readBytes("there", range), content.subarray(0, 100_000));
      proxy.decide(() => ({ kind: "shorten-answer", toBytes: 50 }));
      await assert.rejects(store.readBytes("there", range), isUnavailable);
    });

    test("the content of what is read is the reader's to judge", async () => {
      proxy.plan([{ kind: "spoil-answer" }]);
      const spoilt = await store.readBytes("there");
      assert.equal(spoilt.length, content.length);
      assert.notDeepEqual(spoilt, content);
      proxy.plan([{ kind: "shorten-answer", toBytes: 50 }]);
      assert.equal((await store.readBytes("there")).length, 50);
    });

    test("bytes that were spoilt on their way are refused by the store, and sent again", async () => {
      proxy.plan([{ kind: "spoil-request" }, { kind: "spoil-request" }]);
      await METHODS.send!("spoilt/whole");
      proxy.decide(() => ({ kind: "spoil-request" }));
      await assert.rejects(METHODS.send!("spoilt/lasting"), isUnavailable);
      assert.equal(await direct.findBytes("spoilt/lasting"), undefined);
    });

    test("a slow reader is not taken for a slow store", async () => {
      await upload(direct, "slow", Buffer.alloc(8 * MIB, 7));
      const from = proxy.requests.length;
      const stream = await store.read("slow");
      let bytes = 0;
      for await (const chunk of stream) {
        if (bytes === 0) await sleep(3 * HASTE.stallMs);
        bytes += (chunk as Buffer).length;
      }
      assert.equal(bytes, 8 * MIB);
      assert.equal(proxy.requests.length - from, 1);
    });

    describe("uploads in parts", () => {
      // Much is sent at a time here, and nothing is waited for in vain.
      let store: S3ObjectStore;
      before(async () => {
        if (options.skip) return;
        const patience = { ...HASTE, stallMs: 20_000, completionMs: 20_000, triesMs: 60_000 };
        store = await bucket.openStore({ endpoint: proxy.endpoint, patience, prefix: "behind" });
      });
      const large = randomBytes(70 * MIB);
      const isPart = ({ method, query }: ProxiedRequest) => method === "PUT" && query.has("partNumber");
      const isCompletion = ({ method, query }: ProxiedRequest) =>
        method === "POST" && query.has("uploadId") && !query.has("uploads");

      async function send(key: string): Promise<void> {
        const prepared = await store.prepareUpload(key, large.length, life());
        await prepared.send(streamOf(large));
      }

      const thrice = (fault: StoreFault) => [fault, fault, fault];
      for (const [what, fits, faults] of [
        ["parts that are refused", isPart, thrice({ kind: "status", status: 503, code: "SlowDown" })],
        ["parts that are cut off", isPart, thrice({ kind: "cut-request" })],
        ["parts whose answers are lost", isPart, thrice({ kind: "lose-answer" })],
        ["parts that are spoilt", isPart, thrice({ kind: "spoil-request" })],
        ["parts that arrive twice", isPart, thrice({ kind: "repeat", afterMs: 0 })],
        [
          "a completion that is refused",
          isCompletion,
          thrice({ kind: "status", status: 503, code: "SlowDown" }),
        ],
        ["a completion whose answer is lost", isCompletion, thrice({ kind: "lose-answer" })],
        [
          "a completion that fails with status 200",
          isCompletion,
          thrice({ kind: "status", status: 200, code: "InternalError" }),
        ],
        [
          "a completion whose answer is lost, after which the upload is gone",
          isCompletion,
          [{ kind: "lose-answer" }, { kind: "status", status: 404, code: "NoSuchUpload" }],
        ],
        ["a completion that is sent twice", isCompletion, [{ kind: "repeat", afterMs: 50 }]],
        [
          "a beginning whose answer is lost",
          ({ query }) => query.has("uploads"),
          thrice({ kind: "lose-answer" }),
        ],
      ] as readonly [string, (request: ProxiedRequest) => boolean, readonly StoreFault[]][]) {
        test(`survive ${what}`, async () => {
          proxy.plan(faults, fits);
          await send("parts/well");
          await proxy.settle();
          assert.ok(large.equals(await direct.readBytes("parts/well")));
          await direct.delete("parts/well");
        });
      }

      test("report what lasts, stop sending, and leave no object", async () => {
        proxy.decide((request) => (isPart(request) ? { kind: "status", status: 500 } : undefined));
        await assert.rejects(send("parts/ill"), isUnavailable);
        const from = proxy.requests.length;
        proxy.decide((request) => (isCompletion(request) ? { kind: "status", status: 500 } : undefined));
        await assert.rejects(send("parts/ill"), isUnavailable);
        assert.equal(proxy.requests.slice(from).filter(isPart).length, partRanges(large.length).length);
        proxy.decide((request) =>
          isCompletion(request) ? { kind: "status", status: 404, code: "NoSuchUpload" } : undefined,
        );
        await assert.rejects(send("parts/ill"), isUnavailable);
        assert.equal(await direct.findBytes("parts/ill"), undefined);
      });

      test("are given up when nobody waits", async () => {
        const giving = new AbortController();
        proxy.decide((request) => {
          if (isPart(request)) giving.abort(new Error("nobody waits"));
          return undefined;
        });
        const prepared = await store.prepareUpload("parts/given-up", large.length, life());
        await assert.rejects(prepared.send(sourceOf(large), giving.signal), /nobody waits/);
        assert.equal(await direct.findBytes("parts/given-up"), undefined);
        await store.abortUpload("parts/given-up", prepared.uploadId!);
      });
    });

    test("a PUT that arrives once more after a DELETE is the store's, and the sweep's business", async () => {
      proxy.plan([{ kind: "repeat", afterMs: 100 }]);
      await upload(store, "repeated", content);
      await direct.delete("repeated");
      await proxy.settle();
      assert.equal(await direct.findBytes("repeated"), content.length);
    });

    test("nobody at the address is found out at once", async () => {
      const gone = await openFaultyProxy(bucket.settings.endpoint!);
      await gone.close();
      const nowhere = await bucket.openStore({ endpoint: gone.endpoint, patience: HASTE });
      await assert.rejects(
        nowhere.readBytes("there"),
        (error) => error instanceof Failure && /ECONNREFUSED/.test(error.details.reason!),
      );
    });

    test("without its bucket nothing is said of an object", async () => {
      const { region, endpoint } = bucket.settings;
      const none = { bucket: "there-is-no-such-bucket", prefix: "", region, endpoint, forcePathStyle: true };
      const lost = await openS3ObjectStore(none, { patience: HASTE });
      for (const work of [
        () => lost.readBytes("there"),
        () => lost.delete("there"),
        () => lost.write("there", content),
      ])
        await assert.rejects(
          work(),
          (error) => error instanceof Failure && /status 404 NoSuchBucket$/.test(error.details.reason!),
        );
      lost.close();
    });

    test("when it is closed, its connections are", async () => {
      const watched = await openFaultyProxy(bucket.settings.endpoint!);
      const closed = await bucket.openStore({
        endpoint: watched.endpoint,
        patience: HASTE,
        prefix: "behind",
      });
      (await closed.read("there")).destroy();
      await closed.readBytes("there");
      assert.ok((await watched.connections()) > 0);
      closed.close();
      // Idle ones would be closed after 15 seconds anyway.
      const deadline = performance.now() + 5_000;
      while ((await watched.connections()) > 0) {
        assert.ok(performance.now() < deadline);
        await sleep(10);
      }
      await watched.close();
    });
  });
}
