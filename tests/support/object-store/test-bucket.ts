import { randomBytes } from "node:crypto";
import { CreateBucketCommand, DeleteBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { ObjectStoreSettings } from "../../../src/config/config.ts";
import { openS3ObjectStore, type S3ObjectStore } from "../../../src/storage/object-store/s3-object-store.ts";
import { PATIENCE, type Patience } from "../../../src/storage/object-store/store-attempts.ts";
import type { StoreServer } from "./ceph.ts";
import { openSharedStore } from "./shared-store.ts";

export type TestBucket = {
  readonly settings: ObjectStoreSettings;
  /** For a command or a server that is to use the bucket, its credentials included. */
  readonly environment: Readonly<Record<string, string>>;
  /** Over this bucket, or through another address (a proxy's). It is closed with the bucket. */
  openStore(options?: {
    patience?: Partial<Patience>;
    singleBytesMax?: number;
    endpoint?: string;
    prefix?: string;
  }): Promise<S3ObjectStore>;
  /** A URL from which anybody may read an object for an hour. */
  signGet(key: string): Promise<string>;
  /** Removes all that is in it, and the bucket. */
  close(): Promise<void>;
};

/**
 * A new bucket in the store of this run. The SDK finds the credentials in this process's environment, where they are put.
 *
 * @param server another store than that of the run.
 */
export async function openTestBucket(server?: StoreServer): Promise<TestBucket> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server ?? (await openSharedStore());
  const bucket = `pail-test-${randomBytes(6).toString("hex")}`;
  const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  Object.assign(process.env, credentials);
  const client = new S3Client({ endpoint, region, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const settings: ObjectStoreSettings = { bucket, prefix: "", endpoint, region, forcePathStyle: true };
  const stores: S3ObjectStore[] = [];
  return {
    settings,
    environment: {
      ...credentials,
      PAIL_OBJECT_STORE: `s3://${bucket}`,
      PAIL_S3_ENDPOINT: endpoint,
      PAIL_S3_REGION: region,
      PAIL_S3_FORCE_PATH_STYLE: "true",
    },
    async openStore({ patience, singleBytesMax, ...others } = {}) {
      const store = await openS3ObjectStore(
        { ...settings, ...others },
        { patience: { ...PATIENCE, ...patience }, ...(singleBytesMax !== undefined && { singleBytesMax }) },
      );
      stores.push(store);
      return store;
    },
    signGet: (key) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 3_600 }),
    async close() {
      for (const store of stores) store.close();
      const store = await openS3ObjectStore(settings);
      for await (const page of store.list("")) await Promise.all(page.map(({ key }) => store.delete(key)));
      store.close();
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}
