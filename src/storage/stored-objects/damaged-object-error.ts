import { Failure } from "../../model/failure.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";

/** An object is there with other bytes than were stored, at each try. Who reads it for a repository says so in the log. */
export class DamagedObjectError extends Failure {
  /** @param found what it has, for the log. */
  constructor(where: "the object store" | "the database", name: ObjectName, found: string) {
    super("unavailable", `${where} has other bytes for ${name} than were stored`, { reason: found });
    this.name = "DamagedObjectError";
  }
}
