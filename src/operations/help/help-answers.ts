import { invalidField } from "../../model/failure.ts";
import { type HelpAnswer, MISSING_LENGTH_MAX } from "../../model/help-answer.ts";
import { maskPersonalText } from "../../model/mask-secrets.ts";
import { textLength } from "../../model/text-length.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { countHelpAnswers, insertHelpAnswer } from "../../storage/sql/help/help-answers.ts";

const DAY_MS = 86_400_000;
/** Anybody may answer, so what is kept of a day is bounded. */
const ANSWERS_A_DAY_MAX = 500;

/**
 * Keeps what a reader says of a help page, without tokens and addresses that were pasted into it. Beyond the limit of a day it
 * is dropped: the reader has nothing to mend.
 *
 * @throws Failure invalid-input.
 */
export async function answerHelp(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  answer: Pick<HelpAnswer, "topic" | "language" | "isHelpful" | "missing">,
): Promise<void> {
  if (textLength(answer.missing) > MISSING_LENGTH_MAX)
    throw invalidField("missing", `must have at most ${MISSING_LENGTH_MAX} characters`);
  const at = clock();
  await by.transaction(async (tx) => {
    if ((await countHelpAnswers(tx, new Date(at.getTime() - DAY_MS))) >= ANSWERS_A_DAY_MAX) return;
    await insertHelpAnswer(tx, {
      ...answer,
      uuid: newUuid(),
      at,
      missing: maskPersonalText(answer.missing.replaceAll("\0", "").trim()),
      accountUuid: accountOf(by.caller)?.uuid,
    });
  });
}
