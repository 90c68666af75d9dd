import { faultyNetworkSuite } from "../../support/object-store/faulty-network-suite.ts";
import { storeIsMissing } from "../../support/object-store/shared-store.ts";
import { openTestBucket } from "../../support/object-store/test-bucket.ts";

faultyNetworkSuite("of Ceph", { skip: storeIsMissing }, () => openTestBucket());
