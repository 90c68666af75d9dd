import { OAUTH_SCOPES } from "../../model/oauth-scope.ts";
import type { Workspace } from "../../model/workspace.ts";
import { createConsumer } from "../../operations/oauth/consumers.ts";
import { CLOSED, ENTRIES_MAX, name, text } from "../schema-parts.ts";
import { section } from "../section.ts";

/** OAuth consumers of a workspace. Their keys and secrets are in the credentials file. */
export const consumersSection = section({
  key: "consumers",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          name: name(type, "By which the credentials file has its key and secret. Each once in a seed"),
          scopes: type.Array(type.Enum([...OAUTH_SCOPES]), { minItems: 1, maxItems: 100 }),
          description: type.Optional(text(type, "What it is for", 1_000)),
          url: type.Optional(text(type, "Of its site", 2_048)),
          callback: type.Optional(text(type, "Where people are sent back to", 2_048)),
          is_private: type.Optional(
            type.Boolean({
              default: true,
              description: "Whether it keeps its secret, and may act by itself",
            }),
          ),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, consumers, path) {
    for (const [index, consumer] of consumers.entries())
      checker.declare("consumer", consumer.name, [...path, index, "name"]);
  },
  async apply(context, workspace: Workspace, consumers, path) {
    for (const [index, entry] of consumers.entries())
      await context.make(
        {
          path: [...path, index],
          name: `consumer ${workspace.slug} ${entry.name}`,
          at: context.time,
          fields: { scope: "scopes" },
        },
        async (ports, by) => {
          const { consumer, secret } = await createConsumer(ports, by, workspace, {
            name: entry.name,
            description: entry.description ?? "",
            url: entry.url,
            callbackUrl: entry.callback,
            isPrivate: entry.is_private ?? true,
            scopes: entry.scopes,
          });
          context.made.consumer.set(entry.name, { key: consumer.key, secret });
        },
      );
  },
});
