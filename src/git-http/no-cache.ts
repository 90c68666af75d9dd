/** gitprotocol-http(5): caches on the way must not store anything about refs. */
export const NO_CACHE = {
  expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  pragma: "no-cache",
  "cache-control": "no-cache, max-age=0, must-revalidate",
} as const;
