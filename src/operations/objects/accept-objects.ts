import { Failure } from "../../model/failure.ts";
import type { AcceptedObjects } from "../../storage/packs/pack-store.ts";
import { ObjectsDroppedError } from "../../storage/sql/refs/ref-updates.ts";
import { ObjectCondemnedError } from "../../storage/sql/stored-objects/stored-objects.ts";
import type { NewObjects } from "./store-new-objects.ts";

/** Objects are dropped once a week at most, and a check takes far less time than that. */
const LOOKS_MAX = 5;

/**
 * Makes new objects part of their repository for `work`, which refers to them in a transaction that checks their drop
 * number. Objects may have been dropped since the check, and the check may have relied on them. Then the new objects are
 * checked again, and accepted again too, since a repack may have removed those accepted the first time.
 *
 * @throws Failure unavailable if that happens over and over.
 */
export async function acceptObjects<T>(
  checked: NewObjects,
  work: (objects: NewObjects, accepted: AcceptedObjects) => Promise<T>,
): Promise<T> {
  let objects = checked;
  try {
    for (let looks = 1; ; looks += 1) {
      try {
        const accepted = await objects.quarantine.accept();
        const result = await work(objects, accepted);
        await accepted.confirm();
        return result;
      } catch (error) {
        if (!(error instanceof ObjectsDroppedError || error instanceof ObjectCondemnedError)) throw error;
        if (looks === LOOKS_MAX)
          throw new Failure("unavailable", "the repository is being repacked: try again");
        // Accepted again, they are uploaded anew.
        if (error instanceof ObjectCondemnedError) continue;
        const again = await objects.checkAgain();
        if (objects !== checked) await objects.quarantine.discard();
        objects = again;
      }
    }
  } finally {
    if (objects !== checked) await objects.quarantine.discard();
  }
}
