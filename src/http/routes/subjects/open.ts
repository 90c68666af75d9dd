import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { Declared, RestRequest } from "../declaration.ts";
import type { Subject } from "./subject.ts";

/** Open to everyone; a credential, if sent, must still have the scopes. */
export type OpenRoute = Declared & {
  readonly subject: "open";
  handle(ports: Ports, request: RestRequest): Promise<Answer>;
};

export const openSubject: Subject<OpenRoute> = {
  admit: async () => ({}),
  call: (ports, route, _found, request) => route.handle(ports, request),
  describe: () => "none",
};
