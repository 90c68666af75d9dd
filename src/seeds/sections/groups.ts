import { slugifyGroupName } from "../../model/slug.ts";
import type { Workspace } from "../../model/workspace.ts";
import { addGroupMember, createGroup } from "../../operations/groups/groups.ts";
import { accountName, CLOSED, ENTRIES_MAX, name } from "../schema-parts.ts";
import { section } from "../section.ts";

/** Accounts of a workspace that are given permissions together. */
export const groupsSection = section({
  key: "groups",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          name: name(type, "Its slug is made of it"),
          members: type.Optional(type.Array(accountName(type), { maxItems: ENTRIES_MAX })),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, groups, path, { workspace }) {
    for (const [index, group] of groups.entries()) {
      const slug = slugifyGroupName(group.name);
      if (slug === undefined) checker.problem([...path, index, "name"], "must have a letter or a digit");
      else checker.declare("group", `${workspace}/${slug}`, [...path, index, "name"]);
      for (const [number, member] of (group.members ?? []).entries())
        checker.require("account", member, [...path, index, "members", number]);
    }
  },
  async apply(context, workspace: Workspace, groups, path) {
    for (const [index, { name: groupName, members = [] }] of groups.entries()) {
      const at = [...path, index];
      const entry = {
        path: at,
        name: `group ${workspace.slug}/${slugifyGroupName(groupName)}`,
        at: context.time,
      };
      await context.make(entry, async (ports, by) => {
        const group = await createGroup(ports, by, workspace, groupName);
        context.made.group.set(`${workspace.slug}/${group.slug}`.toLowerCase(), group);
      });
      for (const [number, member] of members.entries())
        await context.make({ ...entry, path: [...at, "members", number] }, (_ports, by) =>
          addGroupMember(
            by,
            workspace,
            context.find("group", `${workspace.slug}/${slugifyGroupName(groupName)}`),
            context.find("account", member),
          ),
        );
    }
  },
});
