import { basesOf } from "../http/public-urls.ts";
import type { EventOrigin } from "../model/event.ts";
import type { Ports } from "../ports.ts";

/** What webhooks are told of a command: nobody with an account, under the public URLs of the settings. */
export function operatorOrigin({ config }: Pick<Ports, "config">): EventOrigin {
  return { actorUuid: undefined, bases: basesOf({}, config) };
}
