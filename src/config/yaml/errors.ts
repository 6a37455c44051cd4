import { type Document, isScalar, visit, type YAMLError } from 'yaml';

/** Where and why a text is not valid YAML, in plain words. Never shows the text: it may contain secrets. */
export function syntaxProblem(error: YAMLError, document: Document, text: string): { offset: number; reason: string } {
  // An unclosed quote is noticed only at the end of the text: point to where it opened, or at least to the last line.
  const end = Math.max(0, text.trimEnd().length - 1);
  const offset = Math.min(openQuote(error, document) ?? error.pos[0], end);
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n')[0] ?? '';
  // Inside braces, the closing brace of a variable ends the value.
  if (/[{[,].*\$\{/.test(line)) return { offset, reason: `inside { } and [ ], put "\${NAME}" in double quotes` };
  return { offset, reason: reasons[error.code] ?? 'unexpected text; check this line and the one above it' };
}

function openQuote(error: YAMLError, document: Document): number | null {
  if (error.code !== 'MISSING_CHAR') return null;
  let start: number | null = null;
  visit(document, (_, node) => {
    if (isScalar(node) && node.type?.startsWith('QUOTE') && node.range?.[1] === error.pos[0]) start = node.range[0];
  });
  return start;
}

const reasons: Partial<Record<YAMLError['code'], string>> = {
  BAD_DIRECTIVE: 'an unknown directive (a line starting with %); remove it',
  BAD_DQ_ESCAPE: 'a backslash in double quotes that is not an escape; use \\\\ or single quotes',
  BAD_INDENT: 'wrong indentation, or a bracket is not closed; check this line and the one above it',
  BAD_SCALAR_START: 'a value that starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line, or a line indented too far; put the value in quotes or fix the indentation',
  BLOCK_IN_FLOW: 'indented lines inside { } or [ ]; close the bracket or separate with commas',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing; check this line and the one above it',
  MULTILINE_IMPLICIT_KEY: 'a key without ":" after it, or a quote that is not closed',
  MULTIPLE_DOCS: 'a second document; remove the line "---"',
  RESOURCE_EXHAUSTION: 'too deeply nested',
  TAB_AS_INDENT: 'a tab used for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags ("!…") are not supported; put the value in quotes',
};
