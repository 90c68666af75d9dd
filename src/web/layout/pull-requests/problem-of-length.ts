import { commentTexts } from "../../catalogue/pull-request.ts";
import type { Translate } from "../../translate.ts";
import type { Problem } from "../form.ts";

/** What is wrong with a text of a form that may have so many UTF-16 code units. */
export function problemOfLength(
  t: Translate,
  field: string,
  text: string,
  lengthMax: number,
): Problem | undefined {
  if (text.length <= lengthMax) return undefined;
  return { field, message: t(commentTexts.problems.long, { max: lengthMax, n: text.length }) };
}
