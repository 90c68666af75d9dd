import { hash } from "node:crypto";
import type { FastifyInstance } from "fastify";

/**
 * Where the links of the API and of webhooks say that pictures are: contract, rest.md §2. Behind the last slash there may be a
 * size, which a drawing has no use for.
 */
export const AVATAR_URLS = [
  "/account/:name/avatar",
  "/workspaces/:name/avatar",
  "/:workspace/:name/avatar",
  "/:workspace/workspace/projects/:name/avatar",
].flatMap((url) => [url, `${url}/:size`]);

const CELLS = 5;
const CELL = 20;

/**
 * Nobody uploads pictures here, so each name has a drawing of its own: squares that mirror each other, in a colour, by the
 * digest of the name. Nothing is looked up: a drawing is there for what is private, and for what is not there at all.
 */
export async function registerAvatars(server: FastifyInstance): Promise<void> {
  for (const url of AVATAR_URLS)
    server.get<{ Params: { readonly name: string } }>(url, (request, reply) =>
      reply
        .headers({
          "content-type": "image/svg+xml",
          "cache-control": "public, max-age=86400",
          "content-security-policy": "default-src 'none'; sandbox",
          // Clients of the API show it in pages of theirs.
          "cross-origin-resource-policy": "cross-origin",
        })
        .send(drawAvatar(request.params.name)),
    );
}

function drawAvatar(name: string): string {
  const digest = Buffer.from(hash("sha256", name.toLowerCase(), "hex"), "hex");
  const half = Math.ceil(CELLS / 2);
  const squares: string[] = [];
  for (let row = 0; row < CELLS; row += 1) {
    for (let column = 0; column < CELLS; column += 1) {
      const mirrored = Math.min(column, CELLS - 1 - column);
      if (digest[row * half + mirrored]! % 2 === 0) continue;
      squares.push(`M${column * CELL} ${row * CELL}h${CELL}v${CELL}h-${CELL}z`);
    }
  }
  const hue = Math.round(((digest[30]! * 256 + digest[31]!) / 65_536) * 360);
  const side = CELLS * CELL;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 ${side + 20} ${side + 20}">` +
    `<rect x="-10" y="-10" width="${side + 20}" height="${side + 20}" fill="#f0f0f0"/>` +
    `<path d="${squares.join("")}" fill="hsl(${hue},55%,45%)"/></svg>`
  );
}
