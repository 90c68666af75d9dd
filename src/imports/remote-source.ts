import type { IncomingMessage } from "node:http";
import { type AdvertisedRefs, RemoteError, readAdvertisedRefs } from "../git/wire/advertised-refs.ts";
import { readPackResponse, writeCloneRequest } from "../git/wire/pack-response.ts";
import { MalformedPacketError } from "../git/wire/packet.ts";
import { EndWithinPacketError, openPacketSource } from "../git/wire/packet-source.ts";
import type { Failure } from "../model/failure.ts";
import { type BranchName, branchOf, parseRefName } from "../model/ref-name.ts";
import type { Secret } from "../model/secret.ts";
import {
  type ImportSource,
  type PackOptions,
  refusedSource,
  type SourcePack,
  type SourceRefusal,
} from "./import-source.ts";
import { selectRefs } from "./source-refs.ts";
import {
  readSourceBody,
  requestSource,
  type SourceAccess,
  SourceUnreachableError,
  stalled,
} from "./source-request.ts";
import { shownUrl } from "./source-url.ts";

export type RemoteOptions = SourceAccess & {
  /** `user:password`, sent only once the source has asked for it. */
  readonly credentials: Secret | undefined;
};

const SERVICE = "git-upload-pack";
/** Of all refs together. */
const ADVERTISEMENT_BYTES_MAX = 64 * 1024 * 1024;
/** So many times the time for one piece all refs may take: a source that sends byte by byte is ended too. */
const ADVERTISEMENT_STALLS_MAX = 10;
const REDIRECTS_MAX = 5;
const SHOWN_LENGTH_MAX = 500;

/**
 * Reads the refs of a repository by smart HTTP, protocol 0, which all servers speak. No process of git takes part, so
 * that no setting, credential helper, hook or other protocol of this machine can, and the credentials stay in this process.
 *
 * @throws Failure invalid-input if there is none, or none that can be taken whole.
 */
export async function openRemoteSource(given: URL, options: RemoteOptions): Promise<ImportSource> {
  const shown = shownUrl(given);
  return refusing(shown, async () => {
    const found = await requestRefs(given, options);
    const advertised = await readRefs(found.response, options);
    if (advertised === undefined)
      throw refusedSource(
        shown,
        "its answer is not that of Git's smart HTTP protocol (clone it, and import the clone)",
        "no-repository",
      );
    const problem = capabilityProblem(advertised);
    if (problem !== undefined) throw refusedSource(shown, problem);
    const { refs, warnings } = selectRefs(advertised.lines);
    const isUnencrypted = found.base.protocol === "http:" && found.credentials !== undefined;
    return {
      refs,
      warnings: [
        ...warnings,
        ...(isUnencrypted ? ["the credentials were sent unencrypted, by http://"] : []),
      ],
      headBranch: headBranchOf(advertised.capabilities),
      hasGrafts: false,
      openPack: (packOptions) => {
        const wants = refs.map(({ target }) => target);
        const body = writeCloneRequest(wants, wantedCapabilities(advertised.capabilities, packOptions));
        return requestPack(shown, found, body, options, packOptions);
      },
    };
  });
}

function urlBelow(base: URL, path: string): URL {
  return new URL(`${base.href.replace(/\/$/, "")}/${path}`);
}

/** Where the repository was found, and what had to be sent for it. */
type Found = {
  readonly base: URL;
  readonly credentials: Secret | undefined;
  readonly response: IncomingMessage;
};

async function requestRefs(given: URL, options: RemoteOptions): Promise<Found> {
  let base = given;
  let credentials: Secret | undefined;
  for (let redirects = 0; ; ) {
    const url = urlBelow(base, `info/refs?service=${SERVICE}`);
    const request = { method: "GET", headers: { accept: "*/*" }, credentials } as const;
    const response = await requestSource(url, request, options);
    const status = response.statusCode ?? 0;
    if (status === 200) return { base, credentials, response };
    response.destroy();
    const { location } = response.headers;
    if (status === 401 && credentials === undefined && options.credentials !== undefined) {
      ({ credentials } = options);
    } else if (status >= 300 && status < 400 && location !== undefined) {
      redirects += 1;
      if (redirects > REDIRECTS_MAX)
        throw refusedSource(shownUrl(given), "it redirects too often", "redirected");
      base = redirectedBase(base, url, location);
    } else throw refusedStatus(shownUrl(base), status, credentials !== undefined, options);
  }
}

/**
 * Only to the same host and port, or from http to https there: a host must not be able to choose another one for us to
 * ask, nor get credentials that are not its own.
 */
function redirectedBase(base: URL, asked: URL, location: string): URL {
  const target = URL.parse(location, asked.href);
  const refused = (why: string) => refusedSource(shownUrl(base), `it redirects to ${why}`, "redirected");
  if (target === null || (target.protocol !== "https:" && target.protocol !== "http:"))
    throw refused("something that is not an http or https URL");
  const suffix = "/info/refs";
  const path = target.pathname.endsWith(suffix) ? target.pathname.slice(0, -suffix.length) : undefined;
  const found = new URL(`${target.protocol}//${target.host}${path ?? target.pathname}`);
  const shown = printable(shownUrl(found));
  const isUpgrade =
    base.protocol === "http:" && target.protocol === "https:" && base.port === "" && target.port === "";
  const isSame = target.origin === base.origin || (target.hostname === base.hostname && isUpgrade);
  if (!isSame)
    throw refused(
      `${shown}, and redirects to other hosts are not followed: import from that URL if you trust it`,
    );
  if (path === undefined || target.searchParams.get("service") !== SERVICE)
    throw refused(`${shown}, which is not the URL of a repository`);
  return found;
}

function refusedStatus(
  shown: string,
  status: number,
  areCredentialsSent: boolean,
  { remedies = {} }: RemoteOptions,
): SourceRefusal {
  const remedy = remedies["credentials-missing"];
  switch (status) {
    case 401:
      return areCredentialsSent
        ? refusedSource(shown, "it refuses the credentials (401)", "credentials-refused")
        : refusedSource(
            shown,
            `it asks for credentials (401)${remedy === undefined ? "" : `: ${remedy}`}`,
            "credentials-missing",
          );
    case 403:
      return refusedSource(shown, "it refuses access (403)", "access-refused");
    case 404: {
      const whose = areCredentialsSent ? "not for these credentials" : "not without credentials";
      return refusedSource(shown, `there is no such repository, or ${whose} (404)`, "not-found");
    }
    default:
      return refusedSource(shown, `it answers with status ${status}`, "no-repository");
  }
}

async function readRefs(
  response: IncomingMessage,
  options: RemoteOptions,
): Promise<AdvertisedRefs | undefined> {
  const type = response.headers["content-type"]?.split(";")[0]?.trim();
  try {
    if (type !== `application/x-${SERVICE}-advertisement`) return undefined;
    return await readAdvertisedRefs(openPacketSource(boundBody(response, options)));
  } finally {
    response.destroy();
  }
}

async function* boundBody(response: IncomingMessage, options: RemoteOptions): AsyncGenerator<Buffer> {
  const msMax = options.stallMsMax * ADVERTISEMENT_STALLS_MAX;
  const begin = performance.now();
  let bytes = 0;
  for await (const piece of readSourceBody(response, options)) {
    bytes += piece.length;
    if (bytes > ADVERTISEMENT_BYTES_MAX)
      throw new SourceUnreachableError(
        `its list of refs is larger than ${ADVERTISEMENT_BYTES_MAX} bytes`,
        "no-repository",
      );
    if (performance.now() - begin > msMax) throw stalled(msMax, options);
    yield piece;
  }
}

function capabilityProblem({ capabilities, isShallow, lines }: AdvertisedRefs): string | undefined {
  const format = capabilityValue(capabilities, "object-format") ?? "sha1";
  if (format !== "sha1") return `its object format is ${printable(format)}, and Bitbucket's is sha1`;
  if (isShallow) return "it is a shallow clone, which lacks a part of the history";
  if (lines.length > 0 && !capabilities.includes("side-band-64k"))
    return "its server lacks side-band-64k (clone it, and import the clone)";
  return undefined;
}

function headBranchOf(capabilities: readonly string[]): BranchName | undefined {
  const head = capabilities.find((one) => one.startsWith("symref=HEAD:"))?.slice("symref=HEAD:".length);
  const name = head === undefined ? undefined : parseRefName(head);
  return name === undefined ? undefined : branchOf(name);
}

function capabilityValue(capabilities: readonly string[], name: string): string | undefined {
  return capabilities.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
}

function wantedCapabilities(offered: readonly string[], { onProgress }: PackOptions): readonly string[] {
  const wanted = ["side-band-64k", "ofs-delta", ...(onProgress === undefined ? ["no-progress"] : [])];
  return wanted.filter((one) => offered.includes(one));
}

function requestPack(
  shown: string,
  { base, credentials }: Found,
  body: Buffer,
  options: RemoteOptions,
  { onProgress, signal }: PackOptions,
): SourcePack {
  const end = new AbortController();
  const access = { ...options, signal: AbortSignal.any([signal, end.signal]) };
  const headers = {
    "content-type": `application/x-${SERVICE}-request`,
    accept: `application/x-${SERVICE}-result`,
  };
  const showProgress = (text: Buffer) => onProgress?.(printableProgress(text));
  return {
    close: () => end.abort(),
    async *read() {
      try {
        const url = urlBelow(base, SERVICE);
        const response = await requestSource(url, { method: "POST", headers, credentials, body }, access);
        const status = response.statusCode ?? 0;
        if (status !== 200) {
          response.destroy();
          throw refusedStatus(shown, status, credentials !== undefined, options);
        }
        yield* readPackResponse(openPacketSource(readSourceBody(response, access)), showProgress);
      } catch (error) {
        signal.throwIfAborted();
        throw asRefusal(shown, error);
      }
    },
  };
}

async function refusing<T>(shown: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(shown, error);
  }
}

/** What a source can cause, in words; anything else is a bug, as it is. */
function asRefusal(shown: string, error: unknown): Failure | unknown {
  if (error instanceof SourceUnreachableError) return refusedSource(shown, error.message, error.problem);
  if (error instanceof RemoteError) return refusedSource(shown, `it says: ${printable(error.message)}`);
  if (error instanceof MalformedPacketError || error instanceof EndWithinPacketError)
    return refusedSource(shown, `its answer is not in Git's protocol: ${error.message}`, "no-repository");
  return error;
}

/** In a terminal, what a server says must not move the cursor or begin a line. */
function printable(text: string): string {
  return text.slice(0, SHOWN_LENGTH_MAX).replace(/\p{C}/gu, "?");
}

/** Progress stays in its line by carriage returns. A piece of it may end within a letter beyond ASCII. */
function printableProgress(text: Buffer): Buffer {
  return Buffer.from(text.toString("latin1").replace(/[^\r\n\x20-\x7e]/g, "?"));
}
