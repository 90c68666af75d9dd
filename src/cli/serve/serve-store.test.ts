import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabaseSettings } from "../../../tests/support/database/test-database.ts";
import { storeIsMissing } from "../../../tests/support/object-store/shared-store.ts";
import { openTestBucket, type TestBucket } from "../../../tests/support/object-store/test-bucket.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();
const options = { skip: storeIsMissing };
let bucket: TestBucket;
let environment: Readonly<Record<string, string>>;

before(async () => {
  if (storeIsMissing) return;
  bucket = await openTestBucket();
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.equal(settings.kind, "postgres");
  environment = { ...bucket.environment, DATABASE_URL: settings.url.reveal() };
});
after(() => bucket?.close());

for (const [what, wrong, message] of [
  [
    "a wrong secret",
    { AWS_SECRET_ACCESS_KEY: "0".repeat(40) },
    /^pail: Cannot use the object store s3:\/\/pail-test-\w+: an object cannot be stored: look at the credentials, the bucket and the clock \(PUT probe\/\w+-whole of s3:\/\/pail-test-\w+: status 403 SignatureDoesNotMatch\)\n$/,
  ],
  [
    "a bucket that is not there",
    { PAIL_OBJECT_STORE: "s3://there-is-none/pail" },
    /^pail: Cannot use the object store s3:\/\/there-is-none\/pail: an object cannot be stored.*NoSuchBucket\)\n$/,
  ],
  ["no credentials", { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" }, /no credentials: /],
] as const) {
  test(`a node does not serve with ${what}, and says so`, options, async () => {
    const { status, stderr, stdout } = await pail.run(["serve", "--port", "0"], { ...environment, ...wrong });
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, new RegExp(`Signature=|${environment.AWS_SECRET_ACCESS_KEY}`));
  });
}
