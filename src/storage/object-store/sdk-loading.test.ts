import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";

test("the SDK is a part of no command's start, and is loaded when a store is opened", async () => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  const isOfSdk = (url: string) => /node_modules\/@(?:aws-sdk|smithy)\//.test(url);
  try {
    await import("../../cli/program.ts");
    await import("../../cli/serve/serve.ts");
    assert.ok(loaded.length > 100);
    assert.deepEqual(loaded.filter(isOfSdk), []);
    const { openS3ObjectStore } = await import("./s3-object-store.ts");
    assert.deepEqual(loaded.filter(isOfSdk), []);
    const store = await openS3ObjectStore({
      bucket: "none",
      prefix: "",
      endpoint: "http://127.0.0.1:1",
      region: "us-east-1",
      forcePathStyle: true,
    });
    store.close();
    assert.ok(loaded.some(isOfSdk));
  } finally {
    hooks.deregister();
  }
});
