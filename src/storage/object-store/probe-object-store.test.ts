import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
  DeleteBucketPolicyCommand,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { storeIsMissing } from "../../../tests/support/object-store/shared-store.ts";
import { openTestBucket, type TestBucket } from "../../../tests/support/object-store/test-bucket.ts";
import { Failure } from "../../model/failure.ts";
import type { Fault } from "./faulty-request.ts";
import { type Probed, probeStore } from "./probe-object-store.ts";
import { openS3ObjectStore, type S3ObjectStore } from "./s3-object-store.ts";

const ports = { clock: () => new Date(), newName: () => randomBytes(8).toString("hex") };

/** A store in memory that does all that is asked for, but for what is replaced. */
function openFake(replaced: (good: S3ObjectStore) => Partial<S3ObjectStore>) {
  const memory = openMemoryObjectStore();
  const good: S3ObjectStore = { ...memory, sendFaulty: async () => 403 };
  // Uploads in parts are only told from others by their ids.
  const storeOfParts = {
    ...good,
    ...replaced(good),
    prepareUpload: async (...given: Parameters<S3ObjectStore["prepareUpload"]>) => ({
      ...(await good.prepareUpload(...given)),
      uploadId: "parts",
    }),
  };
  const probed: Probed = { store: { ...good, ...replaced(good) }, storeOfParts, ...ports };
  return { probed, contents: memory.contents };
}

function isRefusal(pattern: RegExp) {
  return (error: unknown) =>
    error instanceof Failure &&
    error.kind === "unavailable" &&
    error.message.startsWith("Cannot use the object store s3://memory: ") &&
    pattern.test(error.message);
}

const down = new Failure("unavailable", "Cannot write", { reason: "status 403 InvalidAccessKeyId" });

function taking(fault: Fault) {
  return {
    sendFaulty: async (_key: string, _content: Buffer, _life: unknown, sent: Fault) =>
      sent === fault ? 200 : 403,
  };
}

describe("a store that lacks something is refused by its name", () => {
  for (const [replaced, pattern] of [
    [() => ({ prepareUpload: () => Promise.reject(down) }), /cannot be stored: look at the credentials/],
    [() => ({ readBytes: async () => Buffer.from("other") }), /cannot be read back/],
    [() => ({ findBytes: async () => 1 }), /cannot be read back/],
    [(good) => ({ readBytes: (key: string) => good.readBytes(key) }), /a range of an object/],
    [() => ({ abortUpload: () => Promise.reject(down) }), /cannot be aborted/],
    [() => taking("wrong-checksum"), /do not fit their checksum/],
    [() => taking("expired-signature"), /signature has run out/],
    [() => taking("wrong-signature"), /wrong signature: anybody can write/],
    [() => taking("unsigned-write"), /without credentials: anybody can write/],
    [() => taking("unsigned-read"), /anybody can read/],
    [
      (good) => ({
        async sendFaulty(key: string, content: Buffer) {
          await good.write(key, content);
          return 400;
        },
      }),
      /do not fit their checksum/,
    ],
    [
      () => ({
        async *list() {
          yield [];
        },
      }),
      /list of objects/,
    ],
    [() => ({ delete: () => Promise.reject(down) }), /cannot be deleted/],
    [() => ({ delete: async () => {} }), /deleted object is missing/],
  ] as readonly [(good: S3ObjectStore) => Partial<S3ObjectStore>, RegExp][]) {
    test(String(pattern), async () => {
      await assert.rejects(probeStore(openFake(replaced).probed), isRefusal(pattern));
    });
  }

  test("a good one is not, and nothing stays behind but what another probe may need", async () => {
    const { probed, contents } = openFake(() => ({}));
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    contents.set("probe/old", { content: Buffer.alloc(0), changedAt: ago(61) });
    contents.set("probe/new", { content: Buffer.alloc(0), changedAt: ago(59) });
    contents.set("o/ab/old", { content: Buffer.alloc(0), changedAt: ago(61) });
    await probeStore(probed);
    assert.deepEqual([...contents.keys()].sort(), ["o/ab/old", "probe/new"]);
  });
});

describe("a bucket of Ceph", () => {
  const options = { skip: storeIsMissing };
  let bucket: TestBucket;
  before(async () => {
    if (!storeIsMissing) bucket = await openTestBucket();
  });
  after(() => bucket?.close());

  async function openProbed(): Promise<Probed> {
    const store = await bucket.openStore();
    return { store, storeOfParts: await bucket.openStore({ singleBytesMax: 0 }), ...ports };
  }

  test("has all that is needed", options, async () => {
    const probed = await openProbed();
    await probeStore(probed);
    for await (const page of probed.store.list("")) assert.deepEqual(page, []);
  });

  test("that everybody may write to, or read from, is refused", options, async () => {
    const { endpoint, region, bucket: Bucket } = bucket.settings;
    const client = new S3Client({ endpoint: endpoint!, region: region!, forcePathStyle: true });
    const probed = await openProbed();
    await client.send(new PutBucketAclCommand({ Bucket, ACL: "public-read-write" }));
    await assert.rejects(probeStore(probed), /takes an upload without credentials: anybody can write/);
    await client.send(new PutBucketAclCommand({ Bucket, ACL: "private" }));
    const reading = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [reading] });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await assert.rejects(probeStore(probed), /reads without credentials: anybody can read/);
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    await probeStore(probed);
    client.destroy();
  });

  test("is refused with wrong credentials, a wrong bucket, or nobody at the address", options, async () => {
    for (const [settings, environment, reason] of [
      [{}, { AWS_SECRET_ACCESS_KEY: "wrong" }, /SignatureDoesNotMatch/],
      [{}, { AWS_ACCESS_KEY_ID: "nobody" }, /InvalidAccessKeyId/],
      [{ bucket: "there-is-no-such-bucket" }, {}, /NoSuchBucket/],
      [{ endpoint: "http://127.0.0.1:1" }, {}, /ECONNREFUSED/],
    ] as const) {
      const right = { ...process.env };
      Object.assign(process.env, environment);
      const patience = {
        connectMs: 100,
        stallMs: 100,
        completionMs: 100,
        triesMax: 2,
        triesMs: 100,
        pauseMs: 1,
        pauseMsMax: 1,
      };
      const store = await openS3ObjectStore({ ...bucket.settings, ...settings }, { patience });
      try {
        await assert.rejects(
          probeStore({ store, storeOfParts: store, ...ports }),
          (error) =>
            error instanceof Failure &&
            /cannot be stored: look at the credentials, the bucket/.test(error.message) &&
            reason.test(error.details.reason!) &&
            !/Signature=|wrong/.test(error.message + error.details.reason),
        );
      } finally {
        store.close();
        Object.assign(process.env, right);
      }
    }
  });
});
