import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { parseSelectorType, type RunVariable } from "../../../model/pipeline.ts";
import { parsePullRequestId } from "../../../model/pull-request.ts";
import { REF_NAME_BYTES_MAX } from "../../../model/ref-name.ts";
import {
  INVALID_PROPERTIES,
  pipelineBadRequest,
  pipelineNotFound,
} from "../../../operations/pipelines/pipeline-failures.ts";
import type { WantedSelector, WantedTarget } from "../../../operations/pipelines/resolve-target.ts";

/** Our choice. */
const VARIABLES_MAX = 100;
const VARIABLE_KEY_LENGTH_MAX = 255;
const VARIABLE_VALUE_LENGTH_MAX = 32_768;

const nullable = <Schema extends Parameters<TypeBuilder["Union"]>[0][number]>(
  Type: TypeBuilder,
  schema: Schema,
) => Type.Optional(Type.Union([schema, Type.Null()]));

const Selector = (Type: TypeBuilder) =>
  Type.Object({
    type: Type.Optional(Type.String()),
    pattern: nullable(Type, Type.String({ maxLength: REF_NAME_BYTES_MAX })),
  });

const Commit = (Type: TypeBuilder) =>
  Type.Object({ hash: Type.String({ minLength: 1, maxLength: REF_NAME_BYTES_MAX }) });

const Variable = (Type: TypeBuilder) =>
  Type.Object({
    key: Type.String({ maxLength: VARIABLE_KEY_LENGTH_MAX, pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }),
    value: nullable(Type, Type.String({ maxLength: VARIABLE_VALUE_LENGTH_MAX })),
    secured: Type.Optional(Type.Boolean()),
  });

/** The parts of a `pipeline` that say what is to run. All else is ignored, since clients send back what they were shown. */
export const PipelineBody = (Type: TypeBuilder) =>
  Type.Object({
    target: Type.Object({
      type: Type.Optional(Type.String()),
      ref_type: Type.Optional(Type.String()),
      ref_name: Type.Optional(Type.String({ minLength: 1, maxLength: REF_NAME_BYTES_MAX })),
      commit: nullable(Type, Commit(Type)),
      selector: nullable(Type, Selector(Type)),
      source: nullable(Type, Type.String({ maxLength: REF_NAME_BYTES_MAX })),
      destination: nullable(Type, Type.String({ maxLength: REF_NAME_BYTES_MAX })),
      destination_commit: nullable(Type, Commit(Type)),
      pullrequest: nullable(
        Type,
        Type.Object({ id: Type.Union([Type.Integer(), Type.String({ maxLength: 20 })]) }),
      ),
    }),
    variables: Type.Optional(Type.Array(Variable(Type), { maxItems: VARIABLES_MAX })),
  });

type Body = BodyOf<typeof PipelineBody>;

/** @throws Failure invalid-input, in recorded words. */
export function parseWantedTarget({ target }: Body): WantedTarget {
  const selector = parseSelector(target.selector ?? undefined);
  const commit = target.commit?.hash;
  switch (target.type ?? guessType(target)) {
    case "pipeline_ref_target":
      if (target.ref_name === undefined) throw pipelineBadRequest(INVALID_PROPERTIES);
      return {
        kind: "ref",
        refType: parseRefType(target.ref_type, target.ref_name),
        refName: target.ref_name,
        commit,
        selector,
      };
    case "pipeline_commit_target":
      if (commit === undefined || selector === undefined) throw pipelineBadRequest(INVALID_PROPERTIES);
      return { kind: "commit", commit, selector };
    case "pipeline_pullrequest_target": {
      // A text too: an example of the reference has one.
      const pullRequestId = parsePullRequestId(String(target.pullrequest?.id ?? ""));
      if (pullRequestId === undefined) throw pipelineBadRequest(INVALID_PROPERTIES);
      return {
        kind: "pull-request",
        pullRequestId,
        source: target.source ?? undefined,
        destination: target.destination ?? undefined,
        commit,
        destinationCommit: target.destination_commit?.hash,
        selector,
      };
    }
    default:
      throw pipelineBadRequest(INVALID_PROPERTIES);
  }
}

/** For clients that leave the type out. */
function guessType({ ref_name, pullrequest }: Body["target"]): string {
  if (pullrequest) return "pipeline_pullrequest_target";
  return ref_name === undefined ? "pipeline_commit_target" : "pipeline_ref_target";
}

function parseRefType(text: string | undefined, refName: string): "branch" | "tag" {
  switch (text) {
    case "branch":
    case "named_branch":
      return "branch";
    case "tag":
    case "annotated_tag":
      return "tag";
    // Git has none.
    case "bookmark":
      throw pipelineNotFound(`Could not find last reference for bookmark ${refName}`);
    default:
      throw pipelineBadRequest(INVALID_PROPERTIES);
  }
}

export function parseSelector(
  selector: { readonly type?: string; readonly pattern?: string | null } | undefined,
): WantedSelector | undefined {
  if (selector === undefined) return undefined;
  const type = parseSelectorType(selector.type ?? "");
  if (type === undefined) throw pipelineBadRequest(INVALID_PROPERTIES);
  return { type, pattern: selector.pattern ?? undefined };
}

export function parseRunVariables({ variables = [] }: Body): readonly RunVariable[] {
  return variables.map(({ key, value, secured = false }) => ({
    key,
    value: value ?? "",
    isSecured: secured,
  }));
}
