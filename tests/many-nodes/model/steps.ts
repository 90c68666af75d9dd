/**
 * What actors can do, one line each. Every step is declared before it is taken, so that a step that no configuration ever
 * takes is found.
 */

export type Step = {
  /** The kind of actor that takes it. */
  readonly actor: string;
  /** `{object}` stands for the name of the stored object that it is about. */
  readonly text: string;
  /** Whether only a seeded fault takes it. */
  readonly isFaulty: boolean;
};

const declared: Step[] = [];

/** @returns the number of each step, by its short name. */
export function declareSteps<Name extends string>(
  actor: string,
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, number>> {
  return declare(actor, texts, false);
}

/** Steps that are wrong: taken in a run with a seeded fault, and in no other. */
export function declareFaultySteps<Name extends string>(
  actor: string,
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, number>> {
  return declare(actor, texts, true);
}

function declare<Name extends string>(
  actor: string,
  texts: Readonly<Record<Name, string>>,
  isFaulty: boolean,
): Readonly<Record<Name, number>> {
  const numbers = {} as Record<Name, number>;
  for (const name of Object.keys(texts) as Name[]) {
    numbers[name] = declared.length;
    declared.push({ actor, text: texts[name], isFaulty });
  }
  return numbers;
}

/** All that have been declared, by their numbers. */
export function listSteps(): readonly Step[] {
  return declared;
}
