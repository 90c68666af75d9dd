/**
 * The commands of the page "Using API tokens" (Bitbucket Cloud, read in November 2026), as they stand there, on plain
 * HTTP. Only what is in braces is to be filled in.
 */
export const COMMAND_BLOCKS = {
  cloneByUsername: "git clone http://{bitbucket_username}@bitbucket.org/{workspace}/{repository}.git",
  cloneByStaticName: "git clone http://x-bitbucket-api-token-auth@bitbucket.org/{workspace}/{repository}.git",
  setUrlByUsername:
    "git remote set-url origin http://{bitbucket_username}@bitbucket.org/{workspace}/{repository}.git",
  cloneWithTokenByUsername:
    "git clone http://{bitbucket_username}:{api_token}@bitbucket.org/{workspace}/{repository}.git",
  cloneWithTokenByStaticName:
    "git clone http://x-bitbucket-api-token-auth:{api_token}@bitbucket.org/{workspace}/{repository}.git",
  setUrlWithToken:
    "git remote set-url origin http://{bitbucket_username}:{api_token}@bitbucket.org/{workspace}/{repository}.git",
  commitsByUser: `curl --request POST \\
--url 'http://api.bitbucket.org/2.0/repositories/{workspace}/{repository}/commits' \\
--user '{atlassian_account_email}:{api_token}' \\
--header 'Accept: application/json'`,
  commitsByHeader: `my_credentials_after_base64_encoding=\`echo -n '{atlassian_account_email}:{api_token}' | base64\`
curl --request POST \\
--url 'http://api.bitbucket.org/2.0/repositories/{workspace}/{repository}/commits' \\
--header "Authorization: Basic $my_credentials_after_base64_encoding" \\
--header 'Accept: application/json'`,
} as const;

/**
 * Not on the page word for word, but what a reader of it does next: the second kind of `set-url`, the GET form of
 * the same call, and the list narrowed to some branches.
 */
export const FOLLOWING_COMMANDS = {
  setUrlByStaticName:
    "git remote set-url origin http://x-bitbucket-api-token-auth@bitbucket.org/{workspace}/{repository}.git",
  setUrlWithTokenByStaticName:
    "git remote set-url origin http://x-bitbucket-api-token-auth:{api_token}@bitbucket.org/{workspace}/{repository}.git",
  commitsByGet: `curl --request GET \\
--url 'http://api.bitbucket.org/2.0/repositories/{workspace}/{repository}/commits' \\
--user '{atlassian_account_email}:{api_token}' \\
--header 'Accept: application/json'`,
  commitsNarrowed: `curl --request POST \\
--url 'http://api.bitbucket.org/2.0/repositories/{workspace}/{repository}/commits?pagelen=1' \\
--user '{atlassian_account_email}:{api_token}' \\
--header 'Accept: application/json' \\
--data 'include={first}' --data 'include={second}' --data 'exclude={third}'`,
} as const;

/** Fills in the words in braces. @throws Error if a block names one that is not given. */
export function fillIn(block: string, words: Readonly<Record<string, string>>): string {
  return block.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`nothing to fill in for {${name}}`);
    return word;
  });
}
