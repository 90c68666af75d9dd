import type { DemoCredentials } from "./demo-credentials.ts";

const STATIC_USERNAME = "x-bitbucket-api-token-auth";

/**
 * The commands of Bitbucket's page "Using API tokens", ready to paste against this server. The page's own host names work
 * too, since the server answers for them when it is used as an HTTP proxy.
 */
export function describeDemo(credentials: DemoCredentials): string {
  const { url, api_url: apiUrl, email, username, workspace, repository, token } = credentials;
  const path = `${workspace}/${repository}.git`;
  const cloneUrl = (userinfo: string) => url.replace("://", `://${userinfo}@`).concat(`/${path}`);
  const commits = `${apiUrl}/repositories/${workspace}/${repository}/commits`;
  return `Pail listens on ${url}

  account     ${email}, user name ${username}
  repository  ${workspace}/${repository}
  API token   ${token}

API token through the interactive password prompt (paste the token as the password):

git clone ${cloneUrl(username)}
git clone ${cloneUrl(STATIC_USERNAME)}

In a clone that is there already:

git remote set-url origin ${cloneUrl(username)}
git remote set-url origin ${cloneUrl(STATIC_USERNAME)}

API token in the URL:

git clone ${cloneUrl(`${username}:${token}`)}
git clone ${cloneUrl(`${STATIC_USERNAME}:${token}`)}
git remote set-url origin ${cloneUrl(`${username}:${token}`)}

API token with the REST API:

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

With the very names of Bitbucket, and no entry in a hosts file:

http_proxy=${url} git clone http://${STATIC_USERNAME}@bitbucket.org/${path}
http_proxy=${url} curl --request POST \\
--url 'http://api.bitbucket.org/2.0/repositories/${workspace}/${repository}/commits' \\
--user '${email}:${token}' \\
--header 'Accept: application/json'

Ctrl-C ends the server. What it holds is there again at the next start.
`;
}
