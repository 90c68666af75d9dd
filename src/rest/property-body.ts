import type { TypeBuilder } from "../http/routes/body-schema.ts";
import type { RestRequest } from "../http/routes/declaration.ts";
import { type Answer, noContentAnswer } from "../http/server/answer.ts";
import type { Repository } from "../model/repository.ts";
import { requireInstallation } from "../model/who-acts.ts";
import { readProperty, removeProperty, writeProperty } from "../operations/apps/app-properties.ts";
import type { Ports } from "../ports.ts";
import type { PropertySubject } from "../storage/sql/apps/app-properties.ts";

/** What the twelve operations on properties of apps share: they differ in what the property is about. */
export const PROPERTY_PATH = "/properties/{app_key}/{property_name}";

/** Any object. */
export const PropertyBody = (Type: TypeBuilder) =>
  Type.Object({
    _attributes: Type.Optional(
      Type.Array(Type.Union([Type.Literal("public"), Type.Literal("read_only")]), { maxItems: 2 }),
    ),
  });

type PropertyRequest = Pick<RestRequest, "params" | "caller" | "by">;

function namedBy({ params }: PropertyRequest, subject: PropertySubject) {
  return { appKey: params.app_key ?? "", name: params.property_name ?? "", subject };
}

export async function answerProperty(
  ports: Ports,
  request: PropertyRequest,
  subject: PropertySubject,
): Promise<Answer> {
  const json = await readProperty(ports, request.caller, namedBy(request, subject));
  return { status: 200, body: { kind: "json", value: JSON.parse(json) } };
}

export async function storeProperty(
  ports: Ports,
  request: PropertyRequest & { readonly body: object },
  subject: PropertySubject,
): Promise<Answer> {
  const { by, caller, body } = request;
  await writeProperty(ports, by, requireInstallation(caller), namedBy(request, subject), { ...body });
  return noContentAnswer();
}

export async function dropProperty(request: PropertyRequest, subject: PropertySubject): Promise<Answer> {
  await removeProperty(request.by, requireInstallation(request.caller), namedBy(request, subject));
  return noContentAnswer();
}

/** The repository as a subject names it. */
export function whereOf({ uuid, workspace }: Repository) {
  return { repositoryUuid: uuid, workspaceUuid: workspace.uuid };
}
