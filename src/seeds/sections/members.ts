import type { Workspace } from "../../model/workspace.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";
import { accountName, CLOSED, ENTRIES_MAX } from "../schema-parts.ts";
import { section } from "../section.ts";

/** Who is in a workspace beside its owner. */
export const membersSection = section({
  key: "members",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          account: accountName(type),
          role: type.Optional(type.Enum(["owner", "member"], { default: "member" })),
          permission: type.Optional(
            type.Enum(["none", "read", "write", "admin"], {
              default: "read",
              description: "What a member may do in every repository",
            }),
          ),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, members, path) {
    const known = new Set<string>();
    for (const [index, { account }] of members.entries()) {
      const at = [...path, index, "account"];
      checker.require("account", account, at);
      if (known.has(account.toLowerCase())) checker.problem(at, "is a member already");
      known.add(account.toLowerCase());
    }
  },
  async apply(context, workspace: Workspace, members, path) {
    for (const [index, { account, role = "member", permission = "read" }] of members.entries())
      await context.make(
        { path: [...path, index], name: `member ${workspace.slug} ${account}`, at: context.time },
        (ports, by) => setMember(ports, by, workspace, context.find("account", account), role, permission),
      );
  },
});
