import type { DemoCredentials } from "./demo-credentials.ts";

const STATIC_USERNAME = "x-bitbucket-api-token-auth";

export type DemoUrls = {
  /** As it was given, so that it can be pasted. */
  readonly dataFolder: string;
  /** The file that has the commands with the token in them. */
  readonly commandsFile: string;
};

/** The text at startup: it fits on a screen of 80 columns together with the output of npm and the log, and contains the token once. */
export function describeDemo(credentials: DemoCredentials, { dataFolder, commandsFile }: DemoUrls): string {
  const { url, api_url: apiUrl, email, username, workspace, repository, token } = credentials;
  const fullName = `${workspace}/${repository}`;
  return `Pail listens on ${url}

  account     ${email}, user name ${username}
${describePages(credentials)}
  repository  ${fullName}
  API token   the password that git and curl ask for:
${token}

Try it in another terminal:
  git clone ${cloneUrlOf(url, fullName, username)}
  curl --user ${email} ${apiUrl}/repositories/${fullName}

More commands, with the token in them, are in ${commandsFile}
or printed by: pail demo --commands --data ${dataFolder}
Ctrl-C stops the server. The data is kept for the next start.
`;
}

export function describePages({
  url,
  sign_in_url: signInUrl,
}: {
  readonly url: string;
  readonly sign_in_url?: string | undefined;
}): string {
  return signInUrl === undefined
    ? `  pages       sign in at ${url}/-/sign-in`
    : `  pages       open this link, which works once, to choose a password:\n${signInUrl}`;
}

/**
 * The commands of Bitbucket's page "Using API tokens", ready to paste against this server. The page's own host names work
 * too, since the server answers for them when it is used as an HTTP proxy. Remotes are changed in the clone that is made
 * first: pasted in Pail's own checkout, they must not change that one's.
 */
export function describeDemoCommands(credentials: DemoCredentials): string {
  const { url, api_url: apiUrl, email, username, workspace, repository, token } = credentials;
  const fullName = `${workspace}/${repository}`;
  const cloneUrl = (userinfo: string) => cloneUrlOf(url, fullName, userinfo);
  const commits = `${apiUrl}/repositories/${fullName}/commits`;
  return `# git asks for the password: paste the API token
git clone ${cloneUrl(username)} demo-1
git clone ${cloneUrl(STATIC_USERNAME)} demo-2

# the remote of an existing clone
git -C demo-1 remote set-url origin ${cloneUrl(username)}
git -C demo-1 remote set-url origin ${cloneUrl(STATIC_USERNAME)}

# the API token in the URL: git keeps it in .git/config
git clone ${cloneUrl(`${username}:${token}`)} demo-3
git clone ${cloneUrl(`${STATIC_USERNAME}:${token}`)} demo-4
git -C demo-1 remote set-url origin ${cloneUrl(`${username}:${token}`)}

# the REST API
curl --request POST \\
--url '${commits}' \\
--user '${email}:${token}' \\
--header 'Accept: application/json'

my_credentials_after_base64_encoding=\`echo -n '${email}:${token}' | base64\`
curl --request POST \\
--url '${commits}' \\
--header "Authorization: Basic $my_credentials_after_base64_encoding" \\
--header 'Accept: application/json'

curl --url '${commits}' --user '${email}:${token}'

# with the host names bitbucket.org and api.bitbucket.org
http_proxy=${url} git clone http://${STATIC_USERNAME}@bitbucket.org/${fullName}.git demo-5
http_proxy=${url} curl --request POST \\
--url 'http://api.bitbucket.org/2.0/repositories/${fullName}/commits' \\
--user '${email}:${token}' \\
--header 'Accept: application/json'
`;
}

export function cloneUrlOf(url: string, fullName: string, userinfo: string): string {
  return `${url.replace("://", `://${userinfo}@`)}/${fullName}.git`;
}
