/** A comment, a string in single or double quotes, or a backslash with what follows it. */
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\\./g;
/** Lines of a template are code as far as this test is concerned: `${}` may hold anything. */
const LINE_BREAKS = /[^\n]/g;

function hollow(token: string): string {
  if (token.startsWith('/')) return token.replace(LINE_BREAKS, ' ');
  if (token.startsWith('\\')) return token;
  const quote = token.charAt(0);
  return `${quote}${' '.repeat(token.length - 2)}${quote}`;
}

/**
 * A source without its prose: comments and strings are blank, line numbers stay. It is no parser: in
 * doubt (a quote in a regular expression) it blanks a rest of a line, never more.
 */
export const codeOf = (source: string): string => source.replace(TOKEN, hollow);
