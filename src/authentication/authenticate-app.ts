import { headerProblem, parseJsonWebToken, tokenProblem } from "../connect/json-web-token.ts";
import { type CanonicalRequest, isHashOf } from "../connect/query-string-hash.ts";
import { openSharedSecret } from "../connect/shared-secret.ts";
import { type Installation, isLivingInstallation } from "../model/app.ts";
import type { Caller, Channel } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { Secret } from "../model/secret.ts";
import type { Ports } from "../ports.ts";
import type { InstallationWithAccount } from "../storage/sql/apps/installations.ts";
import { boundOfInstallation } from "./bound-of-token.ts";

type AppAuthenticationPorts = Pick<Ports, "database" | "clock" | "keys">;

/**
 * Which installed app is calling: contract, auth-beyond-tokens.md §3.6.
 *
 * @param request Undefined where what was hashed is not known, or not checked: the token is then for any request.
 * @throws Failure credential-invalid. Who knows the secret is told why.
 */
export async function callerByJsonWebToken(
  ports: AppAuthenticationPorts,
  channel: Channel,
  text: Secret,
  { request, address }: { readonly request?: CanonicalRequest | undefined; readonly address: string },
): Promise<Caller> {
  if (channel === "git")
    throw refused(
      "Git takes no JWT: exchange it for an access token, and send that with the user name x-token-auth",
    );
  const found = await readInstallationToken(ports, text, request);
  const { installation, account } = found;
  return {
    kind: "account",
    account,
    credential: {
      kind: "app",
      id: installation.uuid,
      scopes: { vocabulary: "oauth", granted: installation.descriptor.scopes },
      installation,
      bound: boundOfInstallation(found, { now: ports.clock(), address }),
    },
  };
}

/** @throws Failure credential-invalid. */
export async function readInstallationToken(
  ports: AppAuthenticationPorts,
  text: Secret,
  request: CanonicalRequest | undefined,
): Promise<InstallationWithAccount> {
  const token = parseJsonWebToken(text.reveal());
  if (token === undefined) throw refused("it is not a JSON Web Token");
  const problem = headerProblem(token);
  if (problem !== undefined) throw refused(problem);
  const { iss, sub, qsh } = token.claims;
  const { lookups } = ports.database;
  const found = typeof sub === "string" ? await lookups.findInstallationByClientKey(sub) : undefined;
  // One answer for all that a stranger could try, after the same work: who knows no secret learns of no installation.
  if (found === undefined || found.installation.appKey !== iss) {
    tokenProblem(token, NOBODYS_SECRET, ports.clock());
    throw refused(STRANGER);
  }
  const { installation } = found;
  const secret = await openSharedSecret(ports, installation);
  const problems = tokenProblem(token, secret, ports.clock());
  if (problems?.kind === "signature") throw refused(STRANGER);
  if (problems !== undefined) throw refused(problems.text, installation);
  requireLivingInstallation(found, ports.clock());
  if (qsh !== undefined && request !== undefined && !isHashOf(qsh, request))
    throw refused("qsh is not the hash of this request", installation);
  return found;
}

const STRANGER = "no installation has this iss and sub, and this secret";
const NOBODYS_SECRET = new Secret("0".repeat(64));

/** @throws Failure credential-invalid. */
export function requireLivingInstallation(
  found: Pick<InstallationWithAccount, "installation" | "account"> | undefined,
  now: Date,
): void {
  if (found === undefined) throw refused(STRANGER);
  const { installation, account } = found;
  if (!isLivingInstallation(installation, now)) throw refused("the app is not installed", installation);
  if (account.isDisabled) throw refused("the account of the app is disabled", installation);
}

function refused(detail: string, genuine?: Installation): Failure {
  return new Failure("credential-invalid", "Token is invalid, expired, or not supported for this endpoint.", {
    detail,
    ...(genuine === undefined
      ? {}
      : {
          genuine: {
            credential: { kind: "app" as const, id: genuine.uuid },
            accountUuid: genuine.accountUuid,
          },
        }),
    reason: `JWT: ${detail}`,
  });
}
