import type { Random } from "./random.ts";

/** A parser under fuzz: how to make an input for it, and what must hold of what it makes of that. */
export type FuzzTarget = {
  readonly name: string;
  /** Makes one case. `input` is shown if the case fails. */
  make(random: Random): FuzzCase;
};

export type FuzzCase = {
  readonly input: unknown;
  /** @throws whatever must not happen. */
  check(): void | Promise<void>;
};

/** A target whose cases are an input and a check of it. */
export function fuzzTarget<Input>(
  name: string,
  make: (random: Random) => Input,
  check: (input: Input) => void | Promise<void>,
): FuzzTarget {
  return {
    name,
    make(random) {
      const input = make(random);
      return { input, check: () => check(input) };
    },
  };
}

type ErrorClass = abstract new (...given: never[]) => Error;

/** What `act` returns, or undefined if it throws one of the errors that it is declared to throw. */
export function unlessRefused<T>(refusals: readonly ErrorClass[], act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}

/** The same for what is awaited. */
export async function awaitUnlessRefused<T>(
  refusals: readonly ErrorClass[],
  act: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}
