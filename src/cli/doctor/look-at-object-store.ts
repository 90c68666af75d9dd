import { randomBytes } from "node:crypto";
import type { Config } from "../../config/config.ts";
import { Failure } from "../../model/failure.ts";
import { type Finding, failing, ok } from "./finding.ts";

const CHECK = "object store";

/** What a server tries at its start, with objects that are removed again. Nothing without an object store. */
export async function lookAtObjectStore(
  { objectStore }: Pick<Config, "objectStore">,
  clock: () => Date,
): Promise<readonly Finding[]> {
  if (objectStore === undefined) return [];
  const { bucket, prefix } = objectStore;
  const url = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const { probeObjectStore } = await import("../../storage/object-store/probe-object-store.ts");
  try {
    await probeObjectStore(objectStore, {
      clock,
      newName: () => randomBytes(10).toString("hex"),
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { reason } = error.details;
    return [
      failing(
        CHECK,
        `${error.message}${reason === undefined ? "" : ` (${reason})`}`,
        "check PAIL_OBJECT_STORE, PAIL_S3_ENDPOINT and the credentials of AWS (AWS_ACCESS_KEY_ID …): docs/many-nodes.md",
      ),
    ];
  }
  return [ok(CHECK, `${url} does all that is needed`)];
}
