import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { InstallationRoute } from "../../http/routes/subjects/installation.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { updateApp } from "../../operations/apps/update-app.ts";

const AddonBody = (Type: TypeBuilder) =>
  Type.Object({
    descriptor: Type.Optional(Type.Object({})),
    descriptor_url: Type.Optional(Type.String()),
  });

export const putAddonRoute: InstallationRoute<typeof AddonBody> = {
  subject: "installation",
  method: "PUT",
  path: "/2.0/addon",
  successStatuses: [204],
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["app"],
  body: AddonBody,
  async handle(ports, { by, installation, body }) {
    const { descriptor, descriptor_url: descriptorUrl } = body;
    await updateApp(ports, by, installation, {
      ...(descriptor === undefined ? {} : { descriptor }),
      ...(descriptorUrl === undefined ? {} : { descriptorUrl }),
    });
    return noContentAnswer();
  },
};
