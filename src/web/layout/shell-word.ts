/** Text as one word of a shell's command, whatever is in it: POSIX.1-2024, Shell Command Language, 2.2.2. */
export function shellWord(text: string): string {
  return /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
