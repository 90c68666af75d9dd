import type {
  CompleteMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ObjectStoreSettings } from "../../config/config.ts";
import { Failure } from "../../model/failure.ts";
import { refuse } from "./store-answer.ts";
import { type AttemptedRequest, StoreBusyError, storeUnavailable } from "./store-attempts.ts";
import { busyBecauseOf, type StoreTransport } from "./store-transport.ts";

/** From when a signature holds, and for how long: `signedAt` may lie behind the present. */
export type SignatureLife = { readonly signedAt: Date; readonly lifeMs: number };

/** What belongs to an upload. */
export type SignedCommand = PutObjectCommand | UploadPartCommand | CompleteMultipartUploadCommand;

export type S3 = {
  readonly client: S3Client;
  readonly sdk: typeof import("@aws-sdk/client-s3");
  /** The URL of a request that is sent by `StoreTransport`: the headers that the command has are signed, no body is. */
  sign(command: SignedCommand, life: SignatureLife): Promise<URL>;
};

/** Where a region must be given and means nothing: a store of one's own takes any, and this one is the usual. */
const REGION_OF_ENDPOINTS = "us-east-1";

/** Loads the SDK, of which only commands that open an object store have need. */
export async function openS3(
  { endpoint, region, forcePathStyle }: Pick<ObjectStoreSettings, "endpoint" | "region" | "forcePathStyle">,
  transport: StoreTransport,
): Promise<S3> {
  const { default: sdk } = await import("@aws-sdk/client-s3");
  const { default: presigner } = await import("@aws-sdk/s3-request-presigner");
  const chosenRegion =
    region ?? (endpoint === undefined ? undefined : (process.env.AWS_REGION ?? REGION_OF_ENDPOINTS));
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(chosenRegion !== undefined && { region: chosenRegion }),
    forcePathStyle,
    // Attempts are counted in one place for all requests.
    maxAttempts: 1,
    // Older stores know none of the newer checksums. Uploads have Content-MD5, which all of them compare.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: handlerOf(transport),
  });
  try {
    await client.config.region();
  } catch (error) {
    throw new Failure("unavailable", "Cannot open the object store: no region is set (PAIL_S3_REGION)", {
      reason: String(error),
    });
  }
  return {
    client,
    sdk,
    async sign(command, { signedAt, lifeMs }) {
      const url = await presigner.getSignedUrl(client, command as PutObjectCommand, {
        signingDate: signedAt,
        expiresIn: Math.ceil(lifeMs / 1000),
      });
      return new URL(url);
    },
  };
}

/** What the SDK gives to whoever sends its requests. */
type SdkRequest = {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** The SDK signs requests and reads answers. Sent they are like all others, with the same limits of time. */
function handlerOf(transport: StoreTransport) {
  return {
    async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const { method, headers, body } = request;
      const answer = await transport.send({
        method,
        url: urlOf(request),
        headers,
        body,
        signal: abortSignal,
      });
      return {
        response: {
          statusCode: answer.statusCode!,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: answer,
        },
      };
    },
  };
}

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`);
  url.search = Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((one) => `${escapeQuery(name)}=${escapeQuery(one ?? "")}`))
    .join("&");
  return url;
}

/** As the signature has it: everything but unreserved characters (RFC 3986, section 2.3). */
function escapeQuery(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export type SdkAttempt<T> = {
  send(): Promise<T>;
  /** What is made of it if the store has no such thing. Not given: that is refused like everything else. */
  readonly whenMissing?: () => T;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Sends a command once.
 *
 * @throws StoreBusyError if another attempt may succeed; Failure unavailable if none will.
 */
export async function attempt<T>(
  request: AttemptedRequest,
  { send, whenMissing, signal }: SdkAttempt<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof StoreBusyError) throw error;
    const { name, message, $metadata: metadata } = error as SdkError;
    if (name === "CredentialsProviderError") throw storeUnavailable(request, `no credentials: ${message}`);
    const status = metadata?.httpStatusCode;
    if (status === undefined) throw busyBecauseOf(error);
    // Without its bucket nothing can be said of an object.
    if (status === 404 && name !== "NoSuchBucket" && whenMissing !== undefined) return whenMissing();
    if (status < 300) throw new StoreBusyError(`an answer that is not understood (${name})`);
    if (metadata?.clockSkewCorrected) throw new StoreBusyError(`the clocks differ (${name})`);
    refuse(request, status, name);
  }
}

type SdkError = {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
};
