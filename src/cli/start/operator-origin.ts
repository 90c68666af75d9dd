import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import type { EventOrigin } from "../../model/event.ts";
import type { Ports } from "../../ports.ts";

/** What webhooks are told of a command: nobody with an account, under the public URLs of the settings. */
export function operatorOrigin(ports: Pick<Ports, "config" | "listening">): EventOrigin {
  return { actorUuid: undefined, baseUrls: publicBaseUrlsOf(ports) };
}
