import type { RecordedBody, RecordedRequest } from "./recorded-request.ts";

/** HTTP Archive 1.2, as browsers and proxies export and import it: http://www.softwareishard.com/blog/har-12-spec/ */
export function representHar(requests: readonly RecordedRequest[]) {
  return {
    log: {
      version: "1.2",
      creator: { name: "Pail", version: "1" },
      entries: requests.map(representEntry),
    },
  };
}

/** Names with an underscore are our own, as the specification allows. */
function representEntry(request: RecordedRequest) {
  const { url, status, responseHeaders, requestBody, responseBody, durationMs } = request;
  const location = responseHeaders.find(({ name }) => name.toLowerCase() === "location");
  return {
    startedDateTime: request.startedAt.toISOString(),
    time: durationMs,
    request: {
      method: request.method,
      url,
      httpVersion: request.httpVersion,
      cookies: [],
      headers: request.requestHeaders,
      queryString: queryOf(url),
      ...(requestBody.bytes === 0 ? {} : { postData: representPostData(requestBody) }),
      headersSize: -1,
      bodySize: requestBody.bytes,
    },
    response: {
      status,
      statusText: request.statusText,
      httpVersion: request.httpVersion,
      cookies: [],
      headers: responseHeaders,
      content: {
        size: responseBody.bytes,
        mimeType: responseBody.type,
        ...(responseBody.text === undefined ? {} : { text: responseBody.text }),
        ...commentOf(responseBody),
      },
      redirectURL: location?.value ?? "",
      headersSize: -1,
      bodySize: responseBody.bytes,
    },
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    _id: request.id,
    _route: request.route ?? null,
    _account_id: request.accountId ?? null,
    _credential_kind: request.credentialKind ?? null,
    _credential_id: request.credentialId ?? null,
  };
}

function representPostData(body: RecordedBody) {
  return { mimeType: body.type, params: [], text: body.text ?? "", ...commentOf(body) };
}

function commentOf({ bytes, text, isCut }: RecordedBody): { readonly comment?: string } {
  if (isCut) return { comment: "the beginning" };
  return text === undefined && bytes > 0 ? { comment: "no text: not kept" } : {};
}

function queryOf(url: string): readonly { readonly name: string; readonly value: string }[] {
  const params = URL.parse(url)?.searchParams ?? new URLSearchParams();
  return [...params].map(([name, value]) => ({ name, value }));
}
