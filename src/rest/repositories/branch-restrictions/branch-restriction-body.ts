import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { Account } from "../../../model/account.ts";
import {
  BRANCH_TYPES,
  type BranchMatch,
  type BranchRestriction,
  type BranchType,
  KINDS_WITH_EXEMPTIONS,
  PATTERN_LENGTH_MAX,
  RESTRICTION_KINDS,
  type RestrictionKind,
} from "../../../model/branch-restriction.ts";
import { Failure, invalidField } from "../../../model/failure.ts";
import type { Group } from "../../../model/group.ts";
import type { Repository } from "../../../model/repository.ts";
import type {
  RestrictionChange,
  RestrictionInput,
} from "../../../operations/branch-rules/branch-restrictions.ts";
import type { Ports } from "../../../ports.ts";
import {
  AccountReference,
  GroupReference,
  readAccountReference,
  readGroupReference,
} from "../../named-in-body.ts";

const EXEMPTIONS_MAX = 200;
/** Far beyond any number of approvals, builds or commits. */
const VALUE_MAX = 1_000_000;

/** The body of POST and PUT on branch restrictions. `id`, `links` and the like are ignored. */
export const BranchRestrictionBody = (Type: TypeBuilder) =>
  Type.Object({
    kind: Type.Optional(Type.Union(RESTRICTION_KINDS.map((kind) => Type.Literal(kind)))),
    branch_match_kind: Type.Optional(Type.Union([Type.Literal("glob"), Type.Literal("branching_model")])),
    branch_type: Type.Optional(Type.Union([...BRANCH_TYPES.map((type) => Type.Literal(type)), Type.Null()])),
    pattern: Type.Optional(Type.Union([Type.String({ maxLength: PATTERN_LENGTH_MAX }), Type.Null()])),
    value: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: VALUE_MAX }), Type.Null()])),
    // Clients whose lists are pointers send null for an empty one.
    users: Type.Optional(
      Type.Union([Type.Array(AccountReference(Type), { maxItems: EXEMPTIONS_MAX }), Type.Null()]),
    ),
    groups: Type.Optional(
      Type.Union([Type.Array(GroupReference(Type), { maxItems: EXEMPTIONS_MAX }), Type.Null()]),
    ),
  });

type Body = BodyOf<typeof BranchRestrictionBody>;

/**
 * The rule that a body requests. Fields that it leaves out are taken from the existing rule.
 *
 * @throws Failure invalid-input that names the field; the returned function throws it too.
 */
export async function readRestriction(
  ports: Pick<Ports, "database">,
  repository: Repository,
  body: Body,
): Promise<RestrictionChange> {
  const accounts = body.users === undefined ? undefined : await findAccounts(ports, body.users ?? []);
  const groups =
    body.groups === undefined ? undefined : await findGroups(ports, repository, body.groups ?? []);
  return (before) => mergeRestriction(body, before, { accounts, groups });
}

function mergeRestriction(
  body: Body,
  before: BranchRestriction | undefined,
  {
    accounts,
    groups,
  }: { readonly accounts?: readonly Account[] | undefined; readonly groups?: readonly Group[] | undefined },
): RestrictionInput {
  const kind = (body.kind as RestrictionKind | undefined) ?? before?.kind;
  if (kind === undefined) throw invalidField("kind", "required key not provided");
  const isSameKind = kind === before?.kind;
  requireExemptionLists(kind, body, isSameKind);
  return {
    kind,
    match: readMatch(body, before?.match),
    // A value of another kind has no meaning for this one.
    value: body.value === undefined && isSameKind ? before.value : (body.value ?? undefined),
    accounts: accounts ?? before?.accounts ?? [],
    groups: groups ?? before?.groups ?? [],
  };
}

/**
 * The reference: these kinds "require `users` and `groups` to be specified", and an empty list denies everybody. So a
 * rule that gives neither list is refused. One of the two is enough, since clients leave out the empty one.
 */
function requireExemptionLists(kind: RestrictionKind, { users, groups }: Body, isSameKind: boolean): void {
  if (isSameKind || users !== undefined || groups !== undefined) return;
  if (!KINDS_WITH_EXEMPTIONS.some((candidate) => candidate === kind)) return;
  const problem = "required key not provided";
  throw new Failure("invalid-input", "Bad request", { fields: { users: [problem], groups: [problem] } });
}

/** The reference: the match is a glob unless it says otherwise. */
function readMatch(body: Body, before: BranchMatch | undefined): BranchMatch {
  const matchKind = body.branch_match_kind ?? before?.kind ?? "glob";
  if (matchKind === "branching_model") {
    const branchType =
      body.branch_type ?? (before?.kind === "branching_model" ? before.branchType : undefined);
    if (branchType === undefined) throw invalidField("branch_type", "required key not provided");
    return { kind: "branching_model", branchType: branchType as BranchType };
  }
  const pattern = body.pattern ?? (before?.kind === "glob" ? before.pattern : undefined);
  if (pattern === undefined || pattern === "") throw invalidField("pattern", "required key not provided");
  // The pattern is shown in reports of pushes, which are lines. No branch has such a name anyway.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\x00-\x20\x7f]/.test(pattern)) throw invalidField("pattern", "has a space or a control character");
  return { kind: "glob", pattern };
}

async function findAccounts(
  ports: Pick<Ports, "database">,
  users: NonNullable<Body["users"]>,
): Promise<readonly Account[]> {
  const accounts = new Map<string, Account>();
  for (const user of users) {
    const account = await readAccountReference(ports, "users", user);
    accounts.set(account.uuid, account);
  }
  return [...accounts.values()];
}

async function findGroups(
  ports: Pick<Ports, "database">,
  { workspace }: Repository,
  named: NonNullable<Body["groups"]>,
): Promise<readonly Group[]> {
  const groups = new Map<string, Group>();
  for (const each of named) {
    const group = await readGroupReference(ports, "groups", workspace, each);
    groups.set(group.uuid, group);
  }
  return [...groups.values()];
}
