/** A line whose head, the text before its figures, was parsed before. */
export interface KnownLine<T> {
  head: string;
  /** What the head says. */
  what: T;
  /** The line that followed it, and the number of the answer that had it last. */
  next: KnownLine<T> | null;
  answer: number;
}

const SPACE = 32;

/**
 * What the lines of a section say, from answer to answer: one whose head is known gives the object of before, and only its figures are
 * parsed. What two answers in a row lack is forgotten, and at once where most of what was known is lacking. Rule: small.
 */
export class KnownLines<T> {
  readonly #headEnd: (line: string) => number;
  readonly #byHead = new Map<string, KnownLine<T>>();
  #first: KnownLine<T> | null = null;
  #previous: KnownLine<T> | null = null;
  #answer = 0;
  /** Lines of this answer, and how many different heads that are kept they have. */
  #lines = 0;
  #present = 0;
  #most = 0;
  /** Whether two heads may say the same, and whether that is to be found out because one was added. */
  #isAmbiguous = false;
  #hasGrown = false;

  /** `headEnd` says where the figures of a line begin. What the text before says must not depend on the rest. */
  constructor(headEnd: (line: string) => number) {
    this.#headEnd = headEnd;
  }

  /** Begins an answer. No new line is kept beyond `most`. */
  begin(most: number): void {
    this.#previous = null;
    this.#answer += 1;
    this.#lines = 0;
    this.#present = 0;
    this.#most = most;
  }

  /** The next line of the answer, if its head is known; else parse it and `keep` what it says. */
  find(line: string): KnownLine<T> | null {
    // Nearly always the line that followed in the answer before.
    const expected = this.#previous === null ? this.#first : this.#previous.next;
    if (expected !== null && isOf(expected, line)) return this.#follow(expected);
    const known = this.#byHead.get(line.slice(0, this.#headEnd(line)));
    return known === undefined ? null : this.#follow(known);
  }

  /** Keeps what the head of a line says. `line` is an `ownCopy`, or it would keep its whole answer in memory. */
  keep(line: string, what: T): KnownLine<T> {
    const known = { head: ownCopy(line.slice(0, this.#headEnd(line))), what, next: null, answer: -1 };
    if (this.#byHead.size >= this.#most) {
      this.#lines += 1;
      return known;
    }
    this.#byHead.set(known.head, known);
    this.#hasGrown = true;
    return this.#follow(known);
  }

  /** Ends an answer: forgets lines that are gone. */
  end(): void {
    if (this.#previous === null) this.#first = null;
    else this.#previous.next = null;
    if (this.#byHead.size === this.#present) return;
    const oldest = this.#byHead.size > 2 * this.#present ? this.#answer : this.#answer - 1;
    for (const [head, { answer }] of this.#byHead) if (answer < oldest) this.#byHead.delete(head);
  }

  /** Whether two lines of the answer may be of the same thing, as `keyOf` names it: asked at its end, so that no answer needs a table of all. */
  mayRepeat(keyOf: (what: T) => string): boolean {
    if (this.#hasGrown) this.#isAmbiguous = new Set(Array.from(this.#byHead.values(), ({ what }) => keyOf(what))).size < this.#byHead.size;
    this.#hasGrown = false;
    return this.#isAmbiguous || this.#lines > this.#present;
  }

  #follow(known: KnownLine<T>): KnownLine<T> {
    this.#lines += 1;
    if (known.answer !== this.#answer) this.#present += 1;
    known.answer = this.#answer;
    if (this.#previous === null) this.#first = known;
    else this.#previous.next = known;
    this.#previous = known;
    return known;
  }
}

/** Of things that an answer has several times, the first: it is the same counter. Rule: identity. */
export function firstOfEach<T>(things: readonly T[], keyOf: (thing: T) => string): T[] {
  const found = new Map<string, T>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (!found.has(key)) found.set(key, thing);
  }
  return [...found.values()];
}

/** The head is all of the line, or ends where a word ends. */
const isOf = ({ head }: KnownLine<unknown>, line: string): boolean =>
  line.startsWith(head) && (line.length === head.length || head.charCodeAt(head.length - 1) === SPACE);

/** Where the figures of a line begin that follow so many words: its end, if there are none. */
export function afterWords(line: string, words: number): number {
  let end = 0;
  for (let i = 0; i < words; i++) {
    end = line.indexOf(' ', end) + 1;
    if (end === 0) return line.length;
  }
  return end;
}

/** A copy of a line: the parts that V8 gives of a text keep all of it in memory. */
export const ownCopy = (line: string): string => Buffer.from(line).toString();

/** A list of an answer that has no figures: lines that did not change give the same objects, and the same list if none did. */
export class KnownList<T> {
  readonly #lines = new KnownLines<T>((line) => line.length);
  #last: T[] = [];

  /** What each of the lines says, without those that `parse` returns null for. */
  read(lines: readonly string[], most: number, parse: (line: string) => T | null): T[] {
    this.#lines.begin(most);
    /** Null as long as it is the same as the last one. */
    let list: T[] | null = null;
    let length = 0;
    for (const line of lines) {
      const what = this.#lines.find(line)?.what ?? this.#parse(ownCopy(line), parse);
      if (what === null) continue;
      if (list === null && what !== this.#last[length]) list = this.#last.slice(0, length);
      list?.push(what);
      length += 1;
    }
    this.#lines.end();
    if (list === null && length < this.#last.length) list = this.#last.slice(0, length);
    if (list !== null) this.#last = list;
    return this.#last;
  }

  #parse(line: string, parse: (line: string) => T | null): T | null {
    const what = parse(line);
    return what === null ? null : this.#lines.keep(line, what).what;
  }
}
