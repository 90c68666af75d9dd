/** Token-shaped text of Atlassian's families (and so of ours): people paste tokens where they do not belong. */
const TOKEN_SHAPE = /\bAT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{8,}/g;
const MASK = "[token]";

/** Text that may repeat what a caller has sent, without the tokens in it. For answers and for the log. */
export function maskTokens(text: string): string {
  return text.replaceAll(TOKEN_SHAPE, MASK);
}
