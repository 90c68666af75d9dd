import type { AuditSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { PipelineVariable, VariableInput, VariableOwner } from "../../model/pipeline-variable.ts";
import { Secret } from "../../model/secret.ts";
import { bracedUuid, parseUuid, type Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { isForeignKeyViolation, isUniqueViolation } from "../../storage/sql/database-failure.ts";
import {
  countVariables,
  deleteVariable,
  findVariable,
  insertVariable,
  updateVariable,
} from "../../storage/sql/pipelines/variables.ts";
import { sealPipelineSecret } from "./seal-secret.ts";

/** Our choice: of one owner. */
export const VARIABLES_MAX = 500;

/** Whose they are, and what the audit log says that they are in. */
export type VariablePlace = { readonly owner: VariableOwner; readonly subject: AuditSubject };

type SealingPorts = Pick<Ports, "keys" | "randomBytes">;

/** @throws Failure not-found. */
export async function getVariable(
  { database }: Pick<Ports, "database">,
  { owner }: VariablePlace,
  text: string,
): Promise<PipelineVariable> {
  const uuid = parseUuid(text);
  const found = uuid === undefined ? undefined : await findVariable(database.kysely, owner, uuid);
  if (found === undefined) throw noSuchVariable(text);
  return found;
}

/** @throws Failure conflict if there is one with this key, or if there are too many. */
export async function createVariable(
  ports: SealingPorts & Pick<Ports, "clock" | "newUuid">,
  by: By,
  place: VariablePlace,
  { key, value, isSecured }: VariableInput,
): Promise<PipelineVariable> {
  const { owner, subject } = place;
  const uuid = ports.newUuid();
  const content = await contentOf(ports, uuid, value, isSecured);
  const variable: PipelineVariable = { uuid, key, content, createdAt: ports.clock() };
  await storing(place, key, () =>
    by.transaction(async (tx, record) => {
      if ((await countVariables(tx, owner)) >= VARIABLES_MAX)
        throw new Failure("conflict", `Cannot create the variable: there are ${VARIABLES_MAX} already`);
      await insertVariable(tx, owner, variable);
      record.audit("pipeline-variable.created", subject, variableDetails(owner, variable));
    }),
  );
  return variable;
}

/**
 * Changes what is given, and leaves the rest. A secured value is never shown again: to make its variable a plain one takes a
 * new value.
 *
 * @throws Failure as `createVariable` does; invalid-input without that value, not-found if it has just been deleted.
 */
export async function changeVariable(
  ports: SealingPorts,
  by: By,
  place: VariablePlace,
  uuid: Uuid,
  { key, value, isSecured }: Partial<VariableInput>,
): Promise<PipelineVariable> {
  const { owner, subject } = place;
  return storing(place, key ?? "", () =>
    by.transaction(async (tx, record) => {
      const before = await findVariable(tx, owner, uuid);
      if (before === undefined) throw noSuchVariable(bracedUuid(uuid));
      const secures = isSecured ?? before.content.kind === "secured";
      const changed = {
        ...before,
        key: key ?? before.key,
        content: await changedContent(ports, before, value, secures),
      };
      await updateVariable(tx, changed);
      record.audit("pipeline-variable.changed", subject, variableDetails(owner, changed));
      return changed;
    }),
  );
}

/** @throws Failure not-found if it has just been deleted. */
export async function removeVariable(
  by: By,
  { owner, subject }: VariablePlace,
  variable: PipelineVariable,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteVariable(tx, variable.uuid))) throw noSuchVariable(bracedUuid(variable.uuid));
    record.audit("pipeline-variable.deleted", subject, variableDetails(owner, variable));
  });
}

async function contentOf(
  ports: SealingPorts,
  uuid: Uuid,
  value: Secret,
  isSecured: boolean,
): Promise<PipelineVariable["content"]> {
  if (!isSecured) return { kind: "plain", value: value.reveal() };
  const sealedValue = await sealPipelineSecret(ports, "pail pipeline variables", uuid, value);
  return { kind: "secured", sealedValue };
}

async function changedContent(
  ports: SealingPorts,
  { uuid, content }: PipelineVariable,
  value: Secret | undefined,
  isSecured: boolean,
): Promise<PipelineVariable["content"]> {
  if (value !== undefined) return contentOf(ports, uuid, value, isSecured);
  if (content.kind === "plain") return contentOf(ports, uuid, new Secret(content.value), isSecured);
  if (!isSecured) throw invalidField("value", "is required: the secured value cannot be shown");
  return content;
}

/** Never the value, even of a plain one. */
function variableDetails({ kind, uuid }: VariableOwner, { uuid: variable, key, content }: PipelineVariable) {
  return {
    variable,
    key,
    secured: content.kind === "secured",
    ...(kind === "environment" ? { environment: uuid } : {}),
  };
}

function noSuchVariable(text: string): Failure {
  return new Failure("not-found", "Not found", { detail: `There is no variable ${text}` });
}

async function storing<T>({ owner }: VariablePlace, key: string, store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Failure("conflict", "Conflict", {
        detail: `A variable with the key "${key}" already exists`,
        fields: { key: ["already exists"] },
      });
    if (isForeignKeyViolation(error))
      throw new Failure("not-found", "Not found", { detail: `The ${owner.kind} has just been deleted` });
    throw error;
  }
}
