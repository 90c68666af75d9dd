import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import {
  type BranchingModel,
  type ModelBranch,
  PREFIXED_TYPES,
  type PrefixedType,
} from "../../../model/branching-model.ts";
import { invalidField } from "../../../model/failure.ts";
import { parseBranchName } from "../../../model/ref-name.ts";
import type { ModelChange } from "../../../operations/branch-rules/branching-models.ts";

const NAME_LENGTH_MAX = 1024;

const BranchSettings = (Type: TypeBuilder) =>
  Type.Object({
    use_mainbranch: Type.Optional(Type.Boolean()),
    name: Type.Optional(Type.Union([Type.String({ maxLength: NAME_LENGTH_MAX }), Type.Null()])),
    enabled: Type.Optional(Type.Boolean()),
  });

/** The body of PUT on settings of a branching model. `is_valid` and links are ignored, as the reference has it. */
export const ModelSettingsBody = (Type: TypeBuilder) =>
  Type.Object({
    development: Type.Optional(BranchSettings(Type)),
    production: Type.Optional(BranchSettings(Type)),
    branch_types: Type.Optional(
      Type.Array(
        Type.Object({
          kind: Type.Union(PREFIXED_TYPES.map((kind) => Type.Literal(kind))),
          enabled: Type.Optional(Type.Boolean()),
          prefix: Type.Optional(Type.Union([Type.String({ maxLength: NAME_LENGTH_MAX }), Type.Null()])),
        }),
        { maxItems: PREFIXED_TYPES.length },
      ),
    ),
    // "Other values would be ignored": the reference.
    default_branch_deletion: Type.Optional(Type.Unknown()),
  });

type Body = BodyOf<typeof ModelSettingsBody>;

/**
 * The change that a body requests: fields that it does not name stay as they are. Applying the change throws Failure
 * invalid-input that names the field.
 */
export function parseModelSettings(body: Body): ModelChange {
  return (model) => ({
    development: changedBranch("development", model.development, body.development),
    production: {
      ...changedBranch("production", model.production, body.production),
      isEnabled: body.production?.enabled ?? model.production.isEnabled,
    },
    types: changedTypes(model, body.branch_types ?? []),
    deletesMergedBranches: readDeletion(body.default_branch_deletion) ?? model.deletesMergedBranches,
  });
}

function changedBranch(
  field: "development" | "production",
  before: ModelBranch,
  wanted: Body["development"],
): ModelBranch {
  if (wanted === undefined || (wanted.use_mainbranch === undefined && wanted.name === undefined)) {
    // Enabling production without a branch is refused, since it would refer to no branch at all.
    if (wanted?.enabled === true && before.kind === "unset") throw requiredName(field);
    return before;
  }
  const followsMain = wanted.use_mainbranch ?? before.kind === "main-branch";
  if (followsMain) {
    if (wanted.name != null) throw invalidField(`${field}.name`, "must be null where use_mainbranch is true");
    return { kind: "main-branch" };
  }
  const text = wanted.name === undefined && before.kind === "named" ? before.name : (wanted.name ?? "");
  if (text === "" && field === "production" && wanted.enabled === false) return { kind: "unset" };
  const name = parseBranchName(text);
  if (name === undefined) throw requiredName(field);
  return { kind: "named", name };
}

function requiredName(field: string) {
  return invalidField(`${field}.name`, "must be a branch name where use_mainbranch is false");
}

function changedTypes(
  model: BranchingModel,
  wanted: NonNullable<Body["branch_types"]>,
): BranchingModel["types"] {
  const types: Record<PrefixedType, { isEnabled: boolean; prefix: string }> = { ...model.types };
  const seen = new Set<string>();
  for (const { kind: text, enabled, prefix } of wanted) {
    const kind = text as PrefixedType;
    if (seen.has(kind)) throw invalidField("branch_types", `names ${kind} twice`);
    seen.add(kind);
    types[kind] = {
      isEnabled: enabled ?? types[kind].isEnabled,
      prefix: prefix === undefined ? types[kind].prefix : (prefix ?? ""),
    };
  }
  return types;
}

function readDeletion(value: unknown): boolean | undefined {
  return value === "true" || value === "false" ? value === "true" : undefined;
}
