import { Failure } from "../../model/failure.ts";
import { GitError, saysShortOfProcesses } from "./git-process.ts";

/** For a process that reads what strangers have pushed, for whoever asks. */
export const READ_MEMORY_BYTES_MAX = 1024 * 1024 * 1024;

/** What an error of such a process means to who asks: a `timed-out` failure if it was short of the memory that it may have. */
export function readFailure(action: string, error: unknown): unknown {
  return error instanceof GitError && saysShortOfProcesses(error.stderr)
    ? new Failure(
        "timed-out",
        `Cannot ${action}: it is too large to be done in ${READ_MEMORY_BYTES_MAX} bytes of memory`,
      )
    : error;
}
