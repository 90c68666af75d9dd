import { Failure } from "../../src/model/failure.ts";

/** The failure with which something is refused, or undefined if it is not. @throws what is no failure. */
export async function refusal(act: () => unknown): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
