import type { Installation } from "../../../model/app.ts";
import { requireInstallation } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import type { Found, Subject } from "./subject.ts";

/** About the installation of the app that calls, by a token that it has signed itself. */
export type InstallationRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> & {
    readonly subject: "installation";
    readonly credentialKinds: readonly ["app"];
    handle(
      ports: Ports,
      request: RestRequest & { readonly installation: Installation; readonly body: BodyOf<Body> },
    ): Promise<Answer>;
  };

export const installationSubject: Subject<
  InstallationRoute,
  Found & { readonly installation: Installation }
> = {
  admit: async (_ports, _route, { admission }) => ({ installation: requireInstallation(admission.caller) }),
  call: (ports, route, { installation }, request, body) =>
    route.handle(ports, { ...request, installation, body }),
  describe: () => "an installed app",
};
