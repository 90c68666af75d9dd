import { Buffer } from "node:buffer";
import type { Secret } from "../../model/secret.ts";
import { readCommonPasswords } from "./common-passwords.ts";

/** OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends 15. */
export const PASSWORD_LENGTH_MIN = 12;
/** Before anything is worked out of it. 6.2.9: 64 characters must be possible. */
export const PASSWORD_BYTES_MAX = 1_024;
/** Characters that must be left when what everybody knows about an account is taken out of its password. */
const OWN_LENGTH_MIN = 8;
/** Shorter words are in too many others. */
const CONTEXT_LENGTH_MIN = 4;
const DISTINCT_MIN = 5;
const STEP_CHANGES_MAX = 2;
/** Of a listed password with digits and signs around it: `Password2026!` */
const CORE_LENGTH_MIN = 4;

export type PasswordProblem = "too-short" | "too-long" | "common" | "context";

/** What is known of the account and the server: names, parts of addresses, the host. */
export type PasswordContext = readonly string[];

/** Words that stand for this server everywhere. */
const PRODUCT_WORDS = ["pail", "bitbucket"];

/**
 * What speaks against a new password. No rule asks for kinds of characters (6.2.5), and none looks at a password that exists.
 */
export async function findPasswordProblem(
  password: Secret,
  context: PasswordContext,
): Promise<PasswordProblem | undefined> {
  const text = password.reveal();
  if (Buffer.byteLength(text) > PASSWORD_BYTES_MAX) return "too-long";
  if ([...text].length < PASSWORD_LENGTH_MIN) return "too-short";
  const folded = text.toLowerCase();
  if (new Set(folded).size < DISTINCT_MIN || isSequence(folded)) return "common";
  const common = await readCommonPasswords();
  if (listedForms(folded).some((form) => common.has(form))) return "common";
  return isMadeOf(folded, [...context, ...PRODUCT_WORDS]) ? "context" : undefined;
}

/** `abcdefghijkl`, `1234567890123`: from each character to the next it is nearly always the same step. */
function isSequence(text: string): boolean {
  const steps = [...text].slice(1).map((_, at) => text.charCodeAt(at + 1) - text.charCodeAt(at));
  return steps.filter((step, at) => at > 0 && step !== steps[at - 1]).length <= STEP_CHANGES_MAX;
}

/** As it is, once where it is repeated, and without the digits and signs around it. */
function listedForms(folded: string): readonly string[] {
  const core = folded
    .replace(/^[^\p{L}]+/u, "")
    .split("")
    .reverse()
    .join("")
    .replace(/^[^\p{L}]+/u, "");
  const straight = core.split("").reverse().join("");
  const forms = [folded, repeatedPart(folded)];
  if (straight.length >= CORE_LENGTH_MIN) forms.push(straight, repeatedPart(straight));
  return forms;
}

/** `abcabcabc` is `abc`; what repeats nothing is itself. */
function repeatedPart(text: string): string {
  // A text is made of repetitions if it occurs in its double somewhere between the beginning and the middle.
  return text.slice(0, (text + text).indexOf(text, 1));
}

function isMadeOf(folded: string, context: PasswordContext): boolean {
  const words = [...new Set(context.flatMap(wordsOf))].sort((a, b) => b.length - a.length);
  const left = words.reduce((text, word) => text.replaceAll(word, ""), folded);
  return left.length < folded.length && left.length < OWN_LENGTH_MIN;
}

/** `ada.lovelace@example.com`: the whole, and each of its words. */
function wordsOf(text: string): readonly string[] {
  const folded = text.toLowerCase();
  return [folded, ...folded.split(/[^\p{L}\p{N}]/u)].filter((word) => word.length >= CONTEXT_LENGTH_MIN);
}
