import type { YAMLError } from 'yaml';

/** What is wrong with the text of a YAML file, in a user's words. Never shows the text: there are secrets in it. */
export function syntaxMessage(error: YAMLError, line: string): string {
  // `{ token: ${NAME} }` is what most errors of this kind come from: in braces, a brace ends the value.
  if (/[{[,].*\$\{/.test(line)) return `is not valid YAML; inside { } and [ ] write "\${NAME}" in double quotes`;
  return `is not valid YAML: ${reasons[error.code] ?? 'something stands here that does not belong; check this line and the one above it'}`;
}

const reasons: Partial<Record<YAMLError['code'], string>> = {
  BAD_DIRECTIVE: 'a line starting with % that is not known; remove it',
  BAD_DQ_ESCAPE: 'a backslash in double quotes that is not an escape; write \\\\ or use single quotes',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed; check this line and the one above it',
  BAD_SCALAR_START: 'a value that starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line, or a line indented too far; put the value in quotes or fix the indentation',
  BLOCK_IN_FLOW: 'indented lines inside { } or [ ]; close the bracket or separate with commas',
  MISSING_CHAR: 'a quote, bracket, comma, or a colon with a blank after it is missing',
  MULTILINE_IMPLICIT_KEY: 'a key without ":" after it',
  MULTIPLE_DOCS: 'a second document; remove the line "---"',
  RESOURCE_EXHAUSTION: 'nested too deep',
  TAB_AS_INDENT: 'a tab as indentation; indent with blanks',
  TAG_RESOLVE_FAILED: 'a tag ("!…"), which is not used here; put the value in quotes',
};
