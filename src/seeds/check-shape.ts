import { readFileSync } from "node:fs";
import { Compile } from "typebox/schema";
import { Settings } from "typebox/system";
import { projectFile } from "../project-files.ts";
import { suggestion } from "./seed-checker.ts";
import type { SeedPath } from "./seed-path.ts";
import type { SeedProblem } from "./seed-problems.ts";

type SchemaNode = {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
};

const NOUNS: Readonly<Record<string, string>> = {
  string: "a text (put it in quotes)",
  array: "a list",
  object: "a map of fields",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  null: "null",
};

let read: { readonly schema: SchemaNode; readonly validator: ReturnType<typeof Compile> } | undefined;

function readSchema() {
  if (read !== undefined) return read;
  const schema = JSON.parse(readSeedSchema()) as SchemaNode;
  read = { schema, validator: Compile(schema as never) };
  return read;
}

/** JSON Schema of seeds, as text. It is written from the sections, so that neither is there without the other. */
export function readSeedSchema(): string {
  return readFileSync(projectFile("src/seeds/seed.schema.json"), "utf8");
}

/** More than anybody mends at once. */
const ERRORS_MAX = 1_000;

/** What is wrong with a value as the schema of seeds has it: empty for one that follows it, and for no other. */
export function checkShape(value: unknown): readonly SeedProblem[] {
  const { schema, validator } = readSchema();
  if (validator.Check(value)) return [];
  const problems = findErrors(validator, value).flatMap((error): readonly SeedProblem[] => {
    const path = pathOf(value, error.instancePath);
    const { keyword, params, schemaPath } = error as {
      readonly keyword: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly schemaPath: string;
    };
    switch (keyword) {
      case "required":
        return (params.requiredProperties as readonly string[]).map((name) => ({
          path: [...path, name],
          what: "is needed and not given",
        }));
      // Of each field that is none, and comes first. What `additionalProperties` says of them all may be beyond the limit.
      case "boolean": {
        const names = Object.keys(nodeAt(schema, parentOf(schemaPath)).properties ?? {});
        return [{ path, what: `is no field here${suggestion(String(path.at(-1)), names)}`, isOfName: true }];
      }
      case "additionalProperties":
        return [];
      default:
        return [{ path, what: describe(keyword, params, error.message) }];
    }
  });
  return problems.length > 0 ? problems : [{ path: [], what: "does not follow the schema of seeds" }];
}

/** TypeBox stops at eight errors, by a setting that all its validators share. */
function findErrors(validator: ReturnType<typeof Compile>, value: unknown) {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: ERRORS_MAX });
  try {
    return validator.Errors(value)[1];
  } finally {
    Settings.Set({ maxErrors });
  }
}

function parentOf(schemaPath: string): string {
  return schemaPath.slice(0, schemaPath.lastIndexOf("/"));
}

function describe(keyword: string, params: Readonly<Record<string, unknown>>, message: string): string {
  switch (keyword) {
    case "type":
      return `must be ${[params.type]
        .flat()
        .map((type) => NOUNS[String(type)] ?? String(type))
        .join(" or ")}`;
    case "enum":
      return `must be one of ${(params.allowedValues as readonly unknown[]).join(", ")}`;
    case "minLength":
    case "minItems":
      return params.limit === 1 ? "must not be empty" : `must have at least ${params.limit}`;
    case "maxLength":
      return `must have at most ${params.limit} characters`;
    case "maxItems":
      return `must have at most ${params.limit} entries`;
    default:
      return message;
  }
}

/** RFC 6901. A part is a number where the value is a list. */
function pathOf(value: unknown, pointer: string): SeedPath {
  let at = value;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => {
      const isList = Array.isArray(at);
      at = (at as Record<string, unknown> | undefined)?.[part];
      return isList ? Number(part) : part;
    });
}

function nodeAt(schema: SchemaNode, schemaPath: string): SchemaNode {
  let node = schema;
  for (const part of schemaPath.split("/").slice(1)) node = (node[part] ?? {}) as SchemaNode;
  return node;
}
