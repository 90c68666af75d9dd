/** gitprotocol-http(5): no cache on the way may keep what is said of refs. */
export const NO_CACHE = {
  expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  pragma: "no-cache",
  "cache-control": "no-cache, max-age=0, must-revalidate",
} as const;
