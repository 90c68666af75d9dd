import type { Kysely } from "kysely";
import { pino } from "pino";
import type { Config } from "../../config/config.ts";
import type { ObjectStore } from "../../storage/object-store/object-store.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { describeProblem, type Finding, failing, ok } from "./finding.ts";

const CHECK = "keys";

/**
 * Whether a server could open the keys of the database.
 *
 * @param kysely undefined: the database is empty.
 */
export async function lookAtKeys(
  given: Pick<Config, "sealingKey" | "previousSealingKey">,
  kysely: Kysely<Schema> | undefined,
  store: ObjectStore,
): Promise<Finding> {
  const begun = ok(CHECK, "there are none in the database yet: pail serve makes them");
  if (kysely === undefined) return begun;
  const [{ findSealing }, { openStoredObjects }] = await Promise.all([
    import("../../storage/keys/sealing-key.ts"),
    import("../../storage/stored-objects/open-stored-objects.ts"),
  ]);
  const objects = openStoredObjects({
    database: { kysely },
    store,
    log: pino({ level: "silent" }),
  });
  try {
    const { kind } = await findSealing({ database: { kysely }, objects }, given);
    switch (kind) {
      case "none":
        return begun;
      case "given":
        return ok(CHECK, "PAIL_SEALING_KEY opens those in the database");
      case "previous":
        return ok(
          CHECK,
          "PAIL_PREVIOUS_SEALING_KEY opens those in the database: the next start seals them anew",
        );
      case "changing":
        return ok(CHECK, "another node is just sealing them anew");
      case "stored":
        return given.sealingKey === undefined
          ? ok(CHECK, "the one in the object store opens those in the database")
          : ok(
              CHECK,
              "the one in the object store opens those in the database: the next start seals them anew",
            );
    }
  } catch (error) {
    return failing(
      CHECK,
      describeProblem(error),
      "all nodes need the same PAIL_SEALING_KEY, or the object store that has it: docs/many-nodes.md, Keys",
    );
  }
}
