import { hasCode } from "../files/has-code.ts";

/** Whether there is a process of this id. It may belong to somebody else. */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}
