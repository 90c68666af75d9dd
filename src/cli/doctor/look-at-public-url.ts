import type { Config } from "../../config/config.ts";
import { isLoopback } from "../../config/parse-setting.ts";
import { askHealth, type HealthAnswer, type Seen, send } from "./ask-health.ts";
import { type Finding, failing, ok, warning } from "./finding.ts";

type Settings = Pick<Config, "publicUrl" | "isBehindProxy">;

const CHECK = "public URL";
/** More than the default of a proxy that was never told about pushes, and little to send. */
const BODY_BYTES = 2 * 1024 * 1024;
/** RFC 5737 and RFC 2606: they are nobody's. */
const FORGED = {
  "x-forwarded-host": "forged.invalid",
  "x-forwarded-proto": "http",
  "x-forwarded-for": "203.0.113.7",
};

/** Asks the server through the URL that people use, and looks at what arrives. */
export async function lookAtPublicUrl(
  { publicUrl, isBehindProxy }: Settings,
  isServing: boolean,
): Promise<{ readonly findings: readonly Finding[]; readonly now: Date | undefined }> {
  if (publicUrl === undefined) {
    const text = "none is set: links have the host name of each request";
    const finding = isBehindProxy
      ? ok(CHECK, text)
      : warning(CHECK, text, "set --public-url, so that links in webhooks and mails work for others");
    return { findings: [finding], now: undefined };
  }
  if (!isServing)
    return { findings: [ok(CHECK, `${publicUrl} was not asked: no server runs here`)], now: undefined };
  const answer = await askHealth(publicUrl, { headers: { authorization: "Basic Og==" } });
  if (answer.kind !== "alive") return { findings: [unreached(publicUrl, answer)], now: undefined };
  const { seen, date } = answer;
  const reached = ok(CHECK, `${publicUrl} leads to a server of Pail`);
  if (seen === undefined) return { findings: [reached], now: date };
  return {
    findings: [
      reached,
      ...lookAtSeen(seen, publicUrl, isBehindProxy),
      ...(isBehindProxy ? [await lookAtForged(publicUrl)] : []),
      await lookAtBodies(publicUrl),
    ],
    now: date,
  };
}

function unreached(publicUrl: string, answer: Exclude<HealthAnswer, { readonly kind: "alive" }>): Finding {
  if (answer.kind === "fails")
    return failing(
      CHECK,
      `${publicUrl} cannot be reached from here (${answer.code})`,
      /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/.test(answer.code)
        ? "if its authority is your own: NODE_EXTRA_CA_CERTS=FILE pail doctor"
        : "check the name, the certificate and the proxy; a machine that cannot ask its own public name is fine if others can",
    );
  const { status, location } = answer;
  const where = location === undefined ? "" : `, to ${location}`;
  return failing(
    CHECK,
    `${publicUrl} answers ${status}${where} for /-/health, and not as Pail does`,
    "let the proxy pass every path on, unchanged",
  );
}

function lookAtSeen(seen: Seen, publicUrl: string, isBehindProxy: boolean): readonly Finding[] {
  const { address, forwarded, has_authorization: hasAuthorization } = seen;
  const isLocal = isLoopback(new URL(publicUrl).hostname);
  const missing = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"].filter(
    (name) => !forwarded.includes(name),
  );
  return [
    ...(hasAuthorization
      ? []
      : [failing("proxy", "the proxy drops the Authorization header", "pass it on: tokens are sent in it")]),
    isBehindProxy && missing.length > 0
      ? warning(
          "proxy headers",
          `the proxy does not send ${missing.join(", ")}`,
          "let it set them: docs/hosting.md",
        )
      : !isBehindProxy && forwarded.length > 0
        ? warning(
            "proxy headers",
            `a proxy sends ${forwarded.join(", ")}, and they are not believed: all clients count as ${address}`,
            "set --behind-proxy, if every request comes by that proxy",
          )
        : ok("proxy headers", `requests come from ${isLocal ? "this machine" : address}`),
  ];
}

/** A header that a client has invented must not arrive. */
async function lookAtForged(publicUrl: string): Promise<Finding> {
  const answer = await askHealth(publicUrl, { headers: FORGED });
  const isBelieved =
    answer.kind === "answers-otherwise"
      ? answer.status === 421
      : answer.kind === "alive" && answer.seen?.address === FORGED["x-forwarded-for"];
  return isBelieved
    ? failing(
        "proxy headers",
        "the proxy passes on X-Forwarded-* that clients have invented",
        "let it set X-Forwarded-For, -Host and -Proto itself: docs/hosting.md",
      )
    : ok("proxy headers", "what clients invent does not arrive");
}

/** A push of nobody: the server reads it and refuses it with an id. A refusal without one comes from the proxy. */
async function lookAtBodies(publicUrl: string): Promise<Finding> {
  const remedy = "allow bodies of any size (nginx: client_max_body_size 0; proxy_request_buffering off)";
  try {
    const { status, headers } = await send(
      `${publicUrl}/doctor/doctor.git/git-receive-pack`,
      "POST",
      { headers: { "content-type": "application/x-git-receive-pack-request" } },
      Buffer.alloc(BODY_BYTES, " "),
    );
    return status === 413 && headers["x-request-id"] === undefined
      ? failing("pushes", "the proxy refuses bodies of 2 MiB", remedy)
      : ok("pushes", "bodies of 2 MiB arrive");
  } catch (error) {
    const { code = "no answer" } = error as NodeJS.ErrnoException;
    return warning("pushes", `a body of 2 MiB was not answered (${code})`, remedy);
  }
}
