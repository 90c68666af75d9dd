import { hasCode } from "./has-code.ts";

/** What was read of a file or folder; undefined if it is not there, or has been removed meanwhile. */
export async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
