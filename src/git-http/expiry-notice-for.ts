import type { FastifyRequest } from "fastify";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import type { Caller } from "../model/caller.ts";
import { expiryNotice } from "../model/expiry-notice.ts";
import type { Ports } from "../ports.ts";

const TOKENS_PATH = "/-/settings/api-tokens";

/**
 * The lines that git shows once for a fetch or push with a token that ends soon. They are sent even if the client asks for
 * no progress, which git does wherever there is no terminal: the logs of unattended jobs are where they are needed.
 */
export function expiryNoticeFor(
  ports: Pick<Ports, "config" | "clock" | "listening">,
  caller: Caller,
  { headers }: Pick<FastifyRequest, "headers">,
): string | undefined {
  return expiryNotice(caller, ports.clock(), `${baseUrlsOf(headers, ports).html}${TOKENS_PATH}`);
}
