import { headerProblem, parseJsonWebToken, tokenProblem } from "../connect/json-web-token.ts";
import { type CanonicalRequest, isHashOf } from "../connect/query-string-hash.ts";
import { openSharedSecret } from "../connect/shared-secret.ts";
import type { Account } from "../model/account.ts";
import { type Installation, isLivingInstallation } from "../model/app.ts";
import { boundOfAppUser } from "../model/app-user.ts";
import type { Caller, Channel } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { Secret } from "../model/secret.ts";
import type { Ports } from "../ports.ts";
import { findAccountByUuid } from "../storage/sql/accounts/accounts.ts";
import { findInstallationByClientKey } from "../storage/sql/apps/installations.ts";

type AppAuthenticationPorts = Pick<Ports, "database" | "clock" | "keys">;

/** An installation with the account in whose name its app acts. */
export type InstallationAndAccount = { readonly installation: Installation; readonly account: Account };

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
  request: CanonicalRequest | undefined,
): Promise<Caller> {
  if (channel === "git")
    throw refused(
      "Git takes no JWT: exchange it for an access token, and send that with the user name x-token-auth",
    );
  const { installation, account } = await readInstallationToken(ports, text, request);
  return callerOfApp(installation, account);
}

export function callerOfApp(installation: Installation, account: Account): Caller {
  return {
    kind: "account",
    account,
    credential: {
      kind: "app",
      id: installation.uuid,
      scopes: { vocabulary: "oauth", granted: installation.descriptor.scopes },
      installation,
      bound: boundOfAppUser({
        repositoryUuid: undefined,
        projectUuid: undefined,
        workspaceUuid: installation.workspaceUuid,
      }),
    },
  };
}

/** @throws Failure credential-invalid. */
export async function readInstallationToken(
  ports: AppAuthenticationPorts,
  text: Secret,
  request: CanonicalRequest | undefined,
): Promise<InstallationAndAccount> {
  const token = parseJsonWebToken(text.reveal());
  if (token === undefined) throw refused("it is not a JSON Web Token");
  const problem = headerProblem(token);
  if (problem !== undefined) throw refused(problem);
  const { iss, sub, qsh } = token.claims;
  const { kysely } = ports.database;
  const installation = typeof sub === "string" ? await findInstallationByClientKey(kysely, sub) : undefined;
  // One answer for all that a stranger could try: who knows no secret learns of no installation.
  if (installation === undefined || installation.appKey !== iss) throw refused(STRANGER);
  const secret = await openSharedSecret(ports, installation);
  const problems = tokenProblem(token, secret, ports.clock());
  if (problems?.kind === "signature") throw refused(STRANGER);
  if (problems !== undefined) throw refused(problems.text, installation);
  const account = await findAccountByUuid(kysely, installation.accountUuid);
  requireLivingInstallation(account && { installation, account }, ports.clock());
  if (qsh !== undefined && request !== undefined && !isHashOf(qsh, request))
    throw refused("qsh is not the hash of this request", installation);
  return { installation, account: account! };
}

const STRANGER = "no installation has this iss and sub, and this secret";

/** @throws Failure credential-invalid. */
export function requireLivingInstallation(found: InstallationAndAccount | undefined, now: Date): void {
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
