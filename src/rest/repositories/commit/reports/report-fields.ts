import type { TypeBuilder } from "../../../../http/routes/body-schema.ts";
import { invalidField } from "../../../../model/failure.ts";
import { textLength } from "../../../../model/text-length.ts";
import { requireUri } from "../../../web-url.ts";

/** Reported as Bitbucket's limit of an annotation's summary; for titles and ids it is our choice. */
export const LINE_LENGTH_MAX = 450;
/** Our choice. */
export const DETAILS_LENGTH_MAX = 2000;
/** What a bulk upload and lists of reports have in their definitions: text that may be absent or null. */
export const OptionalText = (Type: TypeBuilder) => Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** @throws Failure invalid-input that names the field if the text is missing, empty or too long. */
export function requiredText(field: string, text: string | null | undefined, lengthMax: number): string {
  const given = optionalText(field, text, lengthMax);
  if (given === undefined || given.trim() === "") throw invalidField(field, "required");
  return given;
}

/** Empty is absent. @throws Failure invalid-input that names the field if the text is too long. */
export function optionalText(
  field: string,
  text: string | null | undefined,
  lengthMax: number,
): string | undefined {
  if (text == null || text === "") return undefined;
  if (textLength(text) > lengthMax) throw invalidField(field, `longer than ${lengthMax} characters`);
  return text;
}

/** @throws Failure invalid-input that names the field and its words. */
export function optionalWord<Word extends string>(
  field: string,
  text: string | null | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text == null) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw invalidField(field, `must be one of ${words.join(", ")}`);
  return word;
}

/** @throws Failure as `optionalWord`, also if there is none. */
export function requiredWord<Word extends string>(
  field: string,
  text: string | null | undefined,
  words: readonly Word[],
): Word {
  const word = optionalWord(field, text, words);
  if (word === undefined) throw invalidField(field, "required");
  return word;
}

/** @throws Failure invalid-input that names the field. */
export function optionalUrl(field: string, text: string | null | undefined): string | undefined {
  return text == null || text === "" ? undefined : requireUri(field, text);
}
