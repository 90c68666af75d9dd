import type { TSchema } from "typebox";
import type { Validator } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { Failure, invalidField } from "../../model/failure.ts";
import type { BodyOf, BodySchema } from "./body-schema.ts";

/** Represents a body whose content type is not read. Routes without a body ignore it. */
export const UNREADABLE_BODY = Symbol("unreadable body");

/**
 * A reader of bodies that follow a schema, from what the server's parsers leave: a value of JSON, a form, or nothing.
 * The reader throws Failure invalid-input that names every wrong field.
 */
export function bodyReader<Body extends BodySchema>(schema: Body): (body: unknown) => Promise<BodyOf<Body>> {
  let compiling: ReturnType<typeof compileSchema> | undefined;
  return async (sent) => {
    if (sent === UNREADABLE_BODY) {
      throw new Failure(
        "format-unsupported",
        "Content-Type: must be application/json or application/x-www-form-urlencoded",
      );
    }
    compiling ??= compileSchema(schema);
    const validator = await compiling;
    const body: unknown =
      sent instanceof URLSearchParams ? formToJson(sent, validator.Type()) : sent === undefined ? {} : sent;
    refuseUnstorableText(body, "body", 0);
    if (validator.Check(body)) return body as BodyOf<Body>;
    // A name may be `__proto__`, which no plain object takes as a key.
    const fields = new Map<string, readonly string[]>();
    for (const error of withoutAlternatives(validator.Errors(body))) {
      for (const [name, problem] of problemsOf(error))
        fields.set(name, [...(fields.get(name) ?? []), problem]);
    }
    throw new Failure("invalid-input", "Bad request", { fields: Object.fromEntries(fields) });
  };
}

/** A union of words fails once for each of them, and once as a union: one error with all of the words is left of these. */
function withoutAlternatives(
  errors: readonly TLocalizedValidationError[],
): readonly TLocalizedValidationError[] {
  const words = new Map<string, unknown[]>();
  for (const error of errors) {
    if (error.keyword !== "const") continue;
    words.set(error.instancePath, [...(words.get(error.instancePath) ?? []), error.params.allowedValue]);
  }
  return errors.flatMap((error) => {
    const allowed = words.get(error.instancePath);
    if (allowed === undefined) return [error];
    if (error.keyword === "anyOf") return [];
    if (error.keyword !== "const") return [error];
    if (error.params.allowedValue !== allowed[0]) return [];
    const oneOf = allowed.length === 1 ? "" : "one of ";
    return [{ ...error, message: `must be ${oneOf}${allowed.join(", ")}` }];
  });
}

/** The fields that an error is about, each with what is wrong with it. */
function problemsOf(error: TLocalizedValidationError): readonly (readonly [name: string, problem: string])[] {
  const name = error.instancePath.slice(1).replaceAll("/", ".");
  const prefix = name === "" ? "" : `${name}.`;
  if (error.keyword === "additionalProperties")
    return error.params.additionalProperties.map((key) => [prefix + key, "is no field of the body"]);
  if (error.keyword !== "required") return [[name || "body", error.message]];
  // As reported of other bodies; the field is the one that is missing, not the object that lacks it.
  return error.params.requiredProperties.map((key) => [prefix + key, "required key not provided"]);
}

/** Compiled for the first body: TypeBox and some hundred compiled schemas would take a large part of a start. */
async function compileSchema(schema: BodySchema): Promise<Validator> {
  const [{ Type }, { Compile }] = await Promise.all([import("typebox"), import("typebox/compile")]);
  return Compile(schema(Type));
}

/**
 * A flat body may be a form: lists are repeated pairs, and `true` and `false` are booleans if the schema requires one.
 */
function formToJson(form: URLSearchParams, schema: TSchema): Record<string, unknown> {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  // Grouped in one pass: looking up each name in the form would take quadratic time.
  const texts = new Map<string, string[]>();
  for (const [name, text] of form) {
    const known = texts.get(name);
    if (known === undefined) texts.set(name, [text]);
    else known.push(text);
  }
  const entries = [...texts].map(([name, all]) => {
    const [text] = all;
    switch (Object.hasOwn(properties, name) ? properties[name]?.type : undefined) {
      case "array":
        return [name, all];
      case "boolean":
        return [name, readBoolean(text!)];
      default:
        return [name, text];
    }
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** In any case, as clients in Python write them with a capital. What is neither stays, to be refused. */
function readBoolean(text: string): boolean | string {
  const word = text.toLowerCase();
  return word === "true" || word === "false" ? word === "true" : text;
}

/** Deeper than any body of the reference. */
const BODY_DEPTH_MAX = 64;

/** U+0000 and lone surrogates: databases cannot store them as text, and no name or description needs them. */
function refuseUnstorableText(value: unknown, name: string, depth: number): void {
  if (depth > BODY_DEPTH_MAX) throw invalidField(name, `nested deeper than ${BODY_DEPTH_MAX} levels`);
  if (typeof value === "string") {
    if (value.includes("\0") || !value.isWellFormed())
      throw invalidField(name, "has U+0000 or half a surrogate pair");
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) refuseUnstorableText(member, key, depth + 1);
  }
}
