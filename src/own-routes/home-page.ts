import type { FastifyInstance } from "fastify";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import type { Ports } from "../ports.ts";

/** Allows nothing but the page's own text: no script, no form, no content from elsewhere. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * `GET /`: tells a person with a browser what this server is. The page is the same for everybody and shows no data of
 * the server. Clients that do not ask for HTML get the 404 of Bitbucket's API.
 */
export function registerHomePage(server: FastifyInstance, ports: Ports): void {
  server.get("/", (request, reply) => {
    reply.header("vary", "Accept");
    if (!/\btext\/html\b/i.test(request.headers.accept ?? "")) return reply.callNotFound();
    const { html, api } = baseUrlsOf(request.headers, ports);
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("content-security-policy", POLICY)
      .header("referrer-policy", "no-referrer")
      .send(describeServer(escapeHtml(html), escapeHtml(api)));
  });
}

function describeServer(gitUrl: string, apiUrl: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pail</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}</style>
</head>
<body>
<h1>Pail</h1>
<p>This is a Git server that speaks Bitbucket Cloud: the same clone URLs, REST API and API tokens. It has no web pages yet.</p>
<p>Clone a repository: <code>git clone ${gitUrl}/WORKSPACE/REPOSITORY.git</code></p>
<p>Call the REST API: <code>curl --user EMAIL:API_TOKEN ${apiUrl}/user</code></p>
<p>Accounts, repositories and API tokens are made with the command <code>pail</code> on the server.</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
