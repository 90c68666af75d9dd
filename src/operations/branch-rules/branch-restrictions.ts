import type { Account } from "../../model/account.ts";
import { repositorySubject } from "../../model/audit.ts";
import {
  type BranchMatch,
  type BranchRestriction,
  describeMatch,
  KINDS_WITH_EXEMPTIONS,
  KINDS_WITH_VALUE,
  type RestrictionKind,
} from "../../model/branch-restriction.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Group } from "../../model/group.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import {
  countRestrictions,
  deleteRestriction,
  insertRestriction,
  listRestrictions,
  type NewRestriction,
  replaceRestriction,
} from "../../storage/sql/branch-rules/branch-restrictions.ts";
import { isForeignKeyViolation, isUniqueViolation } from "../../storage/sql/database-failure.ts";

/** The limit matters because each push reads the rules of its repository that concern it. */
export const RESTRICTIONS_MAX = 1000;

/** All fields of a rule, as a caller requests it. */
export type RestrictionInput = {
  readonly kind: RestrictionKind;
  readonly match: BranchMatch;
  readonly value: number | undefined;
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
};

/** Computes the new rule from the current one; undefined if the rule is new. */
export type RestrictionChange = (before: BranchRestriction | undefined) => RestrictionInput;

/** @throws Failure not-found. */
export async function getRestriction(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  idText: string,
): Promise<BranchRestriction> {
  const id = /^[1-9]\d{0,14}$/.test(idText) ? Number(idText) : undefined;
  const [found] = id === undefined ? [] : await listRestrictions(database.kysely, repository.uuid, { id });
  if (found === undefined) throw noSuchRestriction(idText);
  return found;
}

/**
 * @throws Failure invalid-input if the fields do not make a rule, conflict if the same rule exists or there are too
 * many.
 */
export async function createRestriction(
  by: By,
  repository: Repository,
  input: RestrictionInput,
): Promise<BranchRestriction> {
  requireSense(input);
  const restriction: NewRestriction = { ...input, repositoryUuid: repository.uuid };
  return storing(
    () => input,
    () =>
      by.transaction(async (tx, record) => {
        if ((await countRestrictions(tx, repository.uuid)) >= RESTRICTIONS_MAX) {
          throw new Failure("conflict", `Cannot create the rule: there are ${RESTRICTIONS_MAX} already`);
        }
        const stored = await insertRestriction(tx, restriction);
        const details = restrictionDetails(stored);
        record.audit("branch-restriction.created", repositorySubject(repository), details);
        return stored;
      }),
  );
}

/** @throws Failure as `createRestriction` does; not-found if the rule has just been deleted. */
export async function changeRestriction(
  by: By,
  repository: Repository,
  id: number,
  change: RestrictionChange,
): Promise<BranchRestriction> {
  let input: RestrictionInput | undefined;
  return storing(
    () => input,
    () =>
      by.transaction(async (tx, record) => {
        // Read inside the transaction: when two callers each change a part of the rule, neither undoes the other's
        // change.
        const [before] = await listRestrictions(tx, repository.uuid, { id });
        if (before === undefined) throw noSuchRestriction(String(id));
        input = change(before);
        requireSense(input);
        const changed = { ...before, ...input };
        if (!(await replaceRestriction(tx, changed))) throw noSuchRestriction(String(id));
        const details = restrictionDetails(changed);
        record.audit("branch-restriction.changed", repositorySubject(repository), details);
        return changed;
      }),
  );
}

/** @throws Failure not-found. */
export async function removeRestriction(
  by: By,
  repository: Repository,
  restriction: BranchRestriction,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    const [last] = await listRestrictions(tx, repository.uuid, { id: restriction.id });
    if (last === undefined || !(await deleteRestriction(tx, repository.uuid, restriction.id)))
      throw noSuchRestriction(String(restriction.id));
    const details = restrictionDetails(last);
    record.audit("branch-restriction.deleted", repositorySubject(repository), details);
  });
}

function restrictionDetails({ id, kind, match, value, accounts, groups }: BranchRestriction) {
  return {
    id,
    kind,
    match: describeMatch(match),
    value,
    exempt_account_uuids: accounts.map(({ uuid }) => uuid),
    exempt_group_uuids: groups.map(({ uuid }) => uuid),
  };
}

function noSuchRestriction(id: string): Failure {
  return new Failure("not-found", `Branch restriction ${id} does not exist in this repository`);
}

/** Which fields belong to which kind: the reference, POST branch-restrictions. */
function requireSense({ kind, value, accounts, groups }: RestrictionInput): void {
  if (!KINDS_WITH_EXEMPTIONS.some((candidate) => candidate === kind)) {
    const problem = `only ${KINDS_WITH_EXEMPTIONS.join(" and ")} have exemptions`;
    if (accounts.length > 0) throw invalidField("users", problem);
    if (groups.length > 0) throw invalidField("groups", problem);
  }
  const hasValue = KINDS_WITH_VALUE.some((candidate) => candidate === kind);
  if (hasValue && value === undefined) throw invalidField("value", `${kind} needs one`);
  if (!hasValue && value !== undefined) throw invalidField("value", `${kind} has none`);
}

/** Turns a refusal of the database into a failure with a message. */
async function storing<Result>(
  findInput: () => RestrictionInput | undefined,
  store: () => Promise<Result>,
): Promise<Result> {
  try {
    return await store();
  } catch (error) {
    const input = findInput();
    if (input !== undefined && isUniqueViolation(error)) {
      const rule = `"${input.kind}" on ${describeMatch(input.match)}`;
      throw new Failure("conflict", `Cannot store the rule: the repository has one for ${rule} already`);
    }
    if (isForeignKeyViolation(error)) {
      throw new Failure("conflict", "Cannot store the rule: something that it names has just been deleted");
    }
    throw error;
  }
}
