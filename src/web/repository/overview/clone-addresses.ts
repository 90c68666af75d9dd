import { fullName, type RepositoryName } from "../../../model/repository.ts";

/** The user name that stands for whoever's token it is: contract, tokens.md. */
export const STATIC_USERNAME = "x-bitbucket-api-token-auth";

/** For the place of a token: a shell fills it in, so that the token stands in no command. */
const TOKEN_VARIABLE = "$TOKEN";

/** A clone address of this server, with a user name in it or none. */
export function cloneAddress(html: string, repository: RepositoryName, username?: string): string {
  const { protocol, host } = new URL(html);
  return `${protocol}//${username === undefined ? "" : `${username}@`}${host}/${fullName(repository)}.git`;
}

/** The same with the token in it, in quotes for a shell. */
export function cloneAddressWithToken(html: string, repository: RepositoryName, username: string): string {
  return `"${cloneAddress(html, repository, `${username}:${TOKEN_VARIABLE}`)}"`;
}
