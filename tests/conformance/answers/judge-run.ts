import type { WatchedAnswer } from "../../support/answers/answers-folder.ts";
import { type Difference, openJudge } from "./answer-judge.ts";
import { isPermittedBy, PERMITTED_DIFFERENCES, type PermittedDifference } from "./permitted-differences.ts";
import { readPublishedReference } from "./published-reference.ts";

export type RunVerdict = {
  /** One line for the end of the run. */
  readonly summary: string;
  /** Lines that say what is wrong. Empty: nothing. */
  readonly complaints: readonly string[];
};

/** Tests that let answers be wrong, with the control of a stand-in. */
const WITH_FAULTS = /^(?:src\/(?:control|stand-in|testing|cli\/(?:control|run))|tests\/package)\//;

/**
 * Judges all answers of a test run.
 *
 * @param run `isWhole`: all test files were run, so that a permission that nothing needed is one too many.
 */
export async function judgeRun(
  answers: AsyncIterable<WatchedAnswer> | Iterable<WatchedAnswer>,
  run: { readonly isWhole: boolean },
  permitted: readonly PermittedDifference[] = PERMITTED_DIFFERENCES,
): Promise<RunVerdict> {
  const judge = openJudge(readPublishedReference());
  const used = new Set<PermittedDifference>();
  const complaints = new Map<string, { count: number; readonly example: WatchedAnswer }>();
  let count = 0;
  for await (const answer of answers) {
    if (WITH_FAULTS.test(answer.from)) continue;
    count += 1;
    for (const difference of judge(answer)) {
      const permission = permitted.find((each) => isPermittedBy(each, difference));
      if (permission !== undefined) {
        used.add(permission);
        continue;
      }
      const line = lineOf(difference);
      const known = complaints.get(line);
      if (known === undefined) complaints.set(line, { count: 1, example: answer });
      else known.count += 1;
    }
  }
  const unused = run.isWhole ? permitted.filter((each) => !used.has(each)) : [];
  return {
    summary: `${count} answers were compared with the published reference`,
    complaints: [
      ...[...complaints].map(
        ([line, { count, example }]) =>
          `${line} (${count} times, such as ${example.method} ${example.target} in ${example.from})`,
      ),
      ...unused.map(({ why }) => `No answer needs this permitted difference, so it has to go: ${why}`),
    ],
  };
}

function lineOf({ operation, status, pointer, message }: Difference): string {
  return `${operation} answers ${status}: ${pointer === "" ? "" : `${pointer} `}${message}`;
}
