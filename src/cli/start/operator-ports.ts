import type { Ports, WritePorts } from "../../ports.ts";

/** Ports by which the operator changes something: whoever may use the command line, which needs no credential. */
export function operatorPorts<Given extends Ports>(ports: Given): Given & WritePorts {
  const { transaction } = ports.transactions;
  return { ...ports, database: { ...ports.database, transaction }, actor: { kind: "operator" } };
}
