import { COMMIT_STATUS_STATES } from "../../model/commit-status.ts";
import type { Repository } from "../../model/repository.ts";
import { reportCommitStatus } from "../../operations/commits/commit-statuses.ts";
import { revision } from "../history/commit-schema.ts";
import { CLOSED, ENTRIES_MAX, name, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import { HOUR_MS } from "../seed-time.ts";

/** How builds of commits went. */
export const statusesSection = section({
  key: "statuses",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          commit: revision(type, "Of what"),
          key: type.String({ minLength: 1, maxLength: 40, description: "Each once on a commit" }),
          state: type.Enum([...COMMIT_STATUS_STATES]),
          name: type.Optional(name(type, "As it is shown")),
          description: type.Optional(text(type, "More of it", 4_096)),
          url: type.Optional(text(type, "Of the build", 4_096)),
          refname: type.Optional(name(type, "The branch that was built")),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, statuses, path, { repository }) {
    for (const [index, { commit }] of statuses.entries())
      checker.requireRevision(repository!, commit, [...path, index, "commit"]);
  },
  async apply(context, repository: Repository, statuses, path) {
    const at = new Date(context.time.getTime() + HOUR_MS);
    for (const [index, { commit, ...status }] of statuses.entries())
      await context.make(
        { path: [...path, index], name: `status ${repository.uuid} ${commit} ${status.key}`, at },
        (ports, by) =>
          reportCommitStatus(ports, by, repository, {
            commit: context.revision(repository, commit),
            key: status.key,
            state: status.state,
            name: status.name ?? "",
            description: status.description ?? "",
            url: status.url ?? "",
            refname: status.refname,
          }),
      );
  },
});
