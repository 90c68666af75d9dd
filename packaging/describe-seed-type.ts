type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
};

/** Longer unions have a line for each of their types. */
const UNION_LENGTH_MAX = 80;

/**
 * The type `Seed` of `pail/testing`. It is written out, since types that follow from a schema of TypeBox name that package,
 * which users of Pail do not have.
 *
 * @param schema as in `src/seeds/seed.schema.json`.
 */
export function describeSeedType(schema: object): string {
  return `// Made of src/seeds/seed.schema.json by src/seeds/seed-schema.test.ts (UPDATE_SEED_SCHEMA=1).

/** What a seed has, as in its file: docs/seeds.md. */
export type Seed = ${describeType(schema, "")};
`;
}

function describeType(schema: JsonSchema, indent: string): string {
  if (schema.enum !== undefined)
    return describeUnion(
      schema.enum.map((value) => JSON.stringify(value)),
      indent,
    );
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return describeUnion(
    types.map((type) => describeOne(type, schema, indent)),
    indent,
  );
}

function describeOne(type: string, schema: JsonSchema, indent: string): string {
  switch (type) {
    case "object":
      return describeObject(schema, indent);
    case "array":
      return describeArray(schema.items!, indent);
    case "integer":
      return "number";
    case "string":
    case "number":
    case "boolean":
    case "null":
      return type;
    default:
      throw new Error(`A seed has a type that is not known: ${type}`);
  }
}

function describeArray(items: JsonSchema, indent: string): string {
  const isUnion = items.enum !== undefined || Array.isArray(items.type);
  const item = describeType(items, indent);
  return isUnion ? `readonly (${item})[]` : `readonly ${item}[]`;
}

function describeObject(
  { properties, patternProperties, required = [] }: JsonSchema,
  indent: string,
): string {
  if (properties === undefined) {
    const [values] = Object.values(patternProperties ?? {});
    if (values === undefined) throw new Error("A seed has an object of which nothing is known");
    return `Readonly<Record<string, ${describeType(values, indent)}>>`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? "" : `${inner}/** ${schema.description} */\n`;
    const mark = required.includes(name) ? "" : "?";
    return `${comment}${inner}readonly ${name}${mark}: ${describeType(schema, inner)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function describeUnion(types: readonly string[], indent: string): string {
  const line = types.join(" | ");
  if (line.length <= UNION_LENGTH_MAX || line.includes("\n")) return line;
  return types.map((type) => `\n${indent}  | ${type}`).join("");
}
