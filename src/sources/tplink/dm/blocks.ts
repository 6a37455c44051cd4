import { quote, SourceError } from '../../../errors.ts';
import { ownCopy } from '../../known-lines.ts';
import { notUnderstood } from '../reading.ts';

/** What is asked of an object: all its fields, or the named ones. */
export interface Block {
  /** 1: the object, 5: the list of its instances, 8: a command. */
  type: 1 | 5 | 8;
  oid: string;
  fields?: readonly string[];
}

/** An instance of an object in an answer. */
export interface Instance {
  /** The position of its block in the request. */
  block: number;
  fields: Map<string, string>;
}

const NOWHERE = '0,0,0,0,0,0';
/** Instances and fields of one answer at most. */
const MOST_INSTANCES = 1024;
const MOST_FIELDS = 128;
const MOST_CHARACTERS = 512 * 1024;

/** The part of the address after `?`: the types of the blocks. */
export const typesOf = (blocks: readonly Block[]): string => blocks.map(({ type }) => type).join('&');

/** The blocks as text, lines ending with CR LF; the first one has the number `first`. */
export const blocksText = (blocks: readonly Block[], first = 0): string =>
  blocks
    .map(({ oid, fields = [] }, i) =>
      [`[${oid}#${NOWHERE}#${NOWHERE}]${first + i},${fields.length}`, ...fields].map((line) => `${line}\r\n`).join(''),
    )
    .join('');

/** Parses an answer, which its last line proves to be whole. Throws a SourceError. */
export function parseBlocks(text: string): Instance[] {
  if (text.length > MOST_CHARACTERS) throw new SourceError('too_large', `the answer has more than ${MOST_CHARACTERS} characters`);
  const lines = text.split('\n').map((line) => ownCopy(line.replace(/\r$/, '')));
  while (lines.at(-1) === '') lines.pop();
  const [, code] = /^\[error\](\d{1,6})$/.exec(lines.pop() ?? '') ?? [];
  if (code === undefined) {
    if (!/^\[(\d+,){5}\d+\]\d+/.test(text)) throw notUnderstood(text, 'a list of fields');
    throw new SourceError('truncated', 'the answer is cut short: it lacks its last line');
  }
  if (code !== '0') throw new SourceError('status', `the router answers with error ${code}`);
  const found: Instance[] = [];
  for (const line of lines) {
    const [, block] = /^\[\d{1,10}(?:,\d{1,10}){5}\](\d{1,3})$/.exec(line) ?? [];
    if (block !== undefined) found.push({ block: Number(block), fields: new Map() });
    else if (line !== '[cgi]0') addField(found.at(-1), line);
    if (found.length > MOST_INSTANCES) throw new SourceError('too_large', `the answer has more than ${MOST_INSTANCES} entries`);
  }
  return found;
}

function addField(instance: Instance | undefined, line: string): void {
  const at = line.indexOf('=');
  if (instance === undefined || at < 1) throw new SourceError('parse', `a line is not a field: ${quote(line.replace(/=.*/s, '=…'))}`);
  if (instance.fields.size < MOST_FIELDS) instance.fields.set(line.slice(0, at), line.slice(at + 1));
}

/** Only the instances of one block. */
export const ofBlock = (found: readonly Instance[], block: number): Map<string, string>[] =>
  found.filter((instance) => instance.block === block).map(({ fields }) => fields);
