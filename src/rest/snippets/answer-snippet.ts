import type { RestRequest } from "../../http/routes/declaration.ts";
import { type Answer, jsonAnswer } from "../../http/server/answer.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import { readVersion } from "../../operations/snippets/snippet-files.ts";
import type { Ports } from "../../ports.ts";
import { representSnippet } from "../../representations/snippet.ts";
import { type MultipartKind, openMultipart } from "./open-multipart.ts";

/**
 * A snippet with the files of a revision, by default the latest: as JSON with links to them, or together with what is in them, in
 * the kind of multipart that `Accept` asks for.
 */
export async function answerSnippet(
  ports: Ports,
  request: RestRequest,
  snippet: OpenSnippet,
  revision: string | undefined,
  { status, headers }: Pick<Answer, "status" | "headers"> = { status: 200 },
): Promise<Answer> {
  const { baseUrls, signal } = request;
  const version = await readVersion(ports, snippet, revision, signal);
  const json = representSnippet(snippet, version, baseUrls);
  const kind = kindOf(String(request.headers.accept ?? ""));
  if (kind === undefined) return jsonAnswer(status, json, { ...headers, vary: "Accept" });
  const multipart = openMultipart(ports, request, { kind, snippet, json, files: version.files });
  return {
    status,
    headers: { ...headers, vary: "Accept", "content-type": multipart.contentType },
    body: { kind: "stream", stream: multipart.stream },
  };
}

/** Whichever the client names, without weights: nobody asks for both. */
function kindOf(accept: string): MultipartKind | undefined {
  const types = accept.split(",").map((type) => type.split(";")[0]!.trim().toLowerCase());
  if (types.includes("multipart/related")) return "related";
  return types.includes("multipart/form-data") ? "form-data" : undefined;
}
