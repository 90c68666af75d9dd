import { SHORT_OF_PROCESSES } from "../git/process/git-process.ts";
import { Failure } from "../model/failure.ts";
import { isForeignKeyViolation } from "./sql/database-failure.ts";

/** Turns known errors of the database and of the operating system into failures; undefined for a bug. */
export function knownFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  // The row that this one refers to existed when it was looked up, and was deleted since.
  if (isForeignKeyViolation(error))
    return new Failure("not-found", "Something that the request names has just been deleted", {
      reason: "foreign key",
    });
  switch ((error as Partial<NodeJS.ErrnoException>).code) {
    case "ENOSPC":
    case "EDQUOT":
      return new Failure("unavailable", "the server's disk is full");
    case "EROFS":
      return new Failure("unavailable", "the server's disk can only be read");
    case "EMFILE":
    case "ENFILE":
    case "EAGAIN":
    case "ENOMEM":
      return new Failure("unavailable", SHORT_OF_PROCESSES);
    default:
      return undefined;
  }
}
