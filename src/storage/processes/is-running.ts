import { hasCode } from "../files/has-code.ts";

/** Whether a process with this id exists. It may be a different program by now. */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}
