import { randomBytes } from "node:crypto";
import { after, describe, test } from "node:test";
import { probeStore } from "../../../src/storage/object-store/probe-object-store.ts";
import { faultyNetworkSuite } from "../../support/object-store/faulty-network-suite.ts";
import { objectStoreContract } from "../../support/object-store/object-store-contract.ts";
import { openTestBucket } from "../../support/object-store/test-bucket.ts";
import { gatewayIsMissing, startVersityGateway, type VersityGateway } from "./versity-gateway.ts";

// What only one engine does is no S3, and the tests of every day know Ceph alone.
const options = { skip: false } as const;

let started: Promise<VersityGateway> | undefined;
function gateway(): Promise<VersityGateway> {
  started ??= startVersityGateway();
  return started;
}
after(async () => (await started)?.close());

if (gatewayIsMissing) test("a second engine", { skip: gatewayIsMissing }, () => {});
else testGateway();

function testGateway(): void {
  objectStoreContract("of Versity's gateway", options, async () => {
    const bucket = await openTestBucket((await gateway()).server);
    return { store: await bucket.openStore({ prefix: "some/prefix" }), close: () => bucket.close() };
  });

  faultyNetworkSuite("of Versity's gateway", options, async () => openTestBucket((await gateway()).server));

  describe("Versity's gateway", () => {
    test("has all that is needed", async () => {
      const bucket = await openTestBucket((await gateway()).server);
      const store = await bucket.openStore();
      const storeOfParts = await bucket.openStore({ singleBytesMax: 0 });
      const newName = () => randomBytes(8).toString("hex");
      await probeStore({ store, storeOfParts, clock: () => new Date(), newName });
      await bucket.close();
    });
  });
}
