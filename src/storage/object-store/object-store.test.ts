import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { objectStoreContract } from "../../../tests/support/object-store/object-store-contract.ts";
import { storeIsMissing } from "../../../tests/support/object-store/shared-store.ts";
import { openTestBucket } from "../../../tests/support/object-store/test-bucket.ts";

objectStoreContract("in memory", {}, async () => ({
  store: openMemoryObjectStore(),
  async close() {},
}));

objectStoreContract("of Ceph", { skip: storeIsMissing }, async () => {
  const bucket = await openTestBucket();
  return { store: await bucket.openStore({ prefix: "some/prefix" }), close: () => bucket.close() };
});
