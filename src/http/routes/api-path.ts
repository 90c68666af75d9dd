/**
 * Whether a path is the API's: of a version that this server has, or that clients may ask for. No workspace has such a name.
 * `target` is a path with or without a query.
 */
export function isApiPath(target: string): boolean {
  return /^\/(?:[12]\.0|!api)(?:[/?#]|$)/.test(target);
}
