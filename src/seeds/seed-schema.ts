import { CLOSED, ENTRIES_MAX, type Entry, type SeedSchema, type TypeBuilder } from "./schema-parts.ts";
import type { Section } from "./section.ts";
import { accountSchema } from "./sections/accounts.ts";
import { projectFields } from "./sections/projects.ts";
import { repositoryFields } from "./sections/repositories.ts";
import { snippetsSchema } from "./sections/snippets.ts";
import { tokensSchema } from "./sections/tokens.ts";
import { workspaceFields } from "./sections/workspaces.ts";
import { PROJECT_SECTIONS, REPOSITORY_SECTIONS, WORKSPACE_SECTIONS } from "./sections.ts";

const list = <Schema extends SeedSchema>(type: TypeBuilder, entry: Schema, description: string) =>
  type.Optional(type.Array(entry(type) as ReturnType<Schema>, { maxItems: ENTRIES_MAX, description }));

/** The fields that sections add to what they are of. Only they know their types. */
function fieldsOf(type: TypeBuilder, sections: readonly Section<never>[]) {
  return Object.fromEntries(sections.map(({ key, schema }) => [key, type.Optional(schema(type))]));
}

export const seedSchema = (type: TypeBuilder) =>
  type.Object(
    {
      $schema: type.Optional(type.String()),
      time: type.Optional(
        type.String({
          description: "When it all began (2026-01-01): times and ids of commits follow from it",
          maxLength: 40,
        }),
      ),
      accounts: list(type, accountSchema, "People and bots"),
      workspaces: list(
        type,
        (t) => t.Object({ ...workspaceFields(t), ...(fieldsOf(t, WORKSPACE_SECTIONS) as object) }, CLOSED),
        "With their members and groups",
      ),
      projects: list(
        type,
        (t) => t.Object({ ...projectFields(t), ...(fieldsOf(t, PROJECT_SECTIONS) as object) }, CLOSED),
        "Beside those that workspaces begin with",
      ),
      repositories: list(
        type,
        (t) => t.Object({ ...repositoryFields(t), ...(fieldsOf(t, REPOSITORY_SECTIONS) as object) }, CLOSED),
        "With their commits and what is about them",
      ),
      snippets: type.Optional(snippetsSchema(type)),
      tokens: type.Optional(tokensSchema(type)),
    },
    CLOSED,
  );

export type SeedContent = Entry<typeof seedSchema>;

/** The whole as JSON Schema, for editors and for the check of seeds. */
export function describeSeedSchema(type: TypeBuilder): Record<string, unknown> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A seed of Pail",
    ...(seedSchema(type) as unknown as Record<string, unknown>),
  };
}
