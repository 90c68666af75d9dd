/**
 * Token-shaped text of Atlassian's families (and so of ours), and of our own, which all begin with `pail_` and two letters:
 * people paste tokens where they do not belong.
 */
const TOKEN_SHAPE = /\b(?:AT(?:ATT3|CTT3|BB)|pail_[a-z]{2}_)[A-Za-z0-9_=-]{8,}/g;
/** A word, with what follows it if it is an address. Every word fits, so that none is tried from each of its letters. */
const WORD_OR_ADDRESS = /[^\s@'"<>/]+(?<domain>@[^\s@'"<>/]+)?/g;

/** Text that may repeat what a caller has sent, without the tokens in it. For answers and for the log. */
export function maskTokens(text: string): string {
  // Found sooner than the pattern is tried, for every line of the log.
  return text.includes("AT") || text.includes("pail_") ? text.replaceAll(TOKEN_SHAPE, "[token]") : text;
}

/** The same without e-mail addresses too: for the log, which others than the caller read. */
export function maskPersonalText(text: string): string {
  return maskTokens(text).replaceAll(WORD_OR_ADDRESS, (word, domain?: string) =>
    domain === undefined ? word : "[e-mail]",
  );
}
