/** Token-shaped text of Atlassian's families (and so of ours): people paste tokens where they do not belong. */
const TOKEN_SHAPE = /\bAT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{8,}/g;
const ADDRESS_SHAPE = /[^\s@'"<>/]+@[^\s@'"<>/]+/g;

/** Text that may repeat what a caller has sent, without the tokens in it. For answers and for the log. */
export function maskTokens(text: string): string {
  return text.replaceAll(TOKEN_SHAPE, "[token]");
}

/** The same without e-mail addresses too: for the log, which others than the caller read. */
export function maskPersonalText(text: string): string {
  return maskTokens(text).replaceAll(ADDRESS_SHAPE, "[e-mail]");
}
