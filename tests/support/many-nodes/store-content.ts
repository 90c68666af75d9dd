import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import type { StoreServer } from "../object-store/ceph.ts";
import { openSharedStore } from "../object-store/shared-store.ts";
import type { StoreAccess } from "./node-cluster.ts";

/** What lies in the store, seen without Pail. */
export type StoreContent = {
  /** Lengths in bytes by keys. */
  readonly objects: ReadonlyMap<string, number>;
  /** Keys of uploads in parts that are neither complete nor aborted. */
  readonly uploads: readonly string[];
};

async function withClient<T>(
  { endpoint, region, accessKeyId, secretAccessKey }: StoreServer,
  work: (client: S3Client) => Promise<T>,
): Promise<T> {
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** A new bucket in the store of this run. It goes with the store, whose credentials are put where the SDK finds them. */
export async function openNodeBucket(): Promise<StoreAccess> {
  const server = await openSharedStore();
  process.env.AWS_ACCESS_KEY_ID = server.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey;
  const bucket = `pail-nodes-${randomBytes(6).toString("hex")}`;
  await withClient(server, (client) => client.send(new CreateBucketCommand({ Bucket: bucket })));
  return { ...server, bucket };
}

export function readStoreContent(store: StoreAccess): Promise<StoreContent> {
  return withClient(store, async (client) => {
    const objects = new Map<string, number>();
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: store.bucket, ...(token && { ContinuationToken: token }) }),
      );
      for (const { Key, Size } of page.Contents ?? []) objects.set(Key!, Size!);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    const { Uploads, IsTruncated } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: store.bucket }),
    );
    assert.ok(!IsTruncated, "all uploads fit into a page");
    return { objects, uploads: (Uploads ?? []).map(({ Key }) => Key!) };
  });
}
