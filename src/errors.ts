/** Why a source could not be read; the `reason` label. */
export const FAILURE_REASONS = [
  'timeout',
  'connect',
  'tls',
  'status',
  'redirect',
  'auth',
  'exec',
  'truncated',
  'parse',
  'too_large',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** A router could not be read. Nothing of its answer is used. */
export class SourceError extends Error {
  readonly reason: FailureReason;
  /** What its owner can do, in sentences, where that differs from what helps for the reason; else null. */
  readonly todo: string | null;

  constructor(reason: FailureReason, message: string, options: ErrorOptions & { todo?: string | undefined } = {}) {
    super(message, options);
    this.name = 'SourceError';
    this.reason = reason;
    this.todo = options.todo ?? null;
  }
}

/** A program failed, on this machine or another. */
export class ExitError extends SourceError {
  /** The exit code as a shell reports it: 127 for a missing program; null if a signal ended it. */
  readonly code: number | null;

  constructor(code: number | null, message: string, options?: ErrorOptions) {
    super('exec', message, options);
    this.name = 'ExitError';
    this.code = code;
  }
}

/** A wrong setting. The message is shown to the user as it is. */
export class ConfigError extends Error {
  /** All problems, one line each; the first is the message. */
  readonly errors: readonly string[];

  constructor(errors: string | readonly [string, ...string[]]) {
    const lines = typeof errors === 'string' ? ([errors] as const) : errors;
    super(lines[0]);
    this.name = 'ConfigError';
    this.errors = lines;
  }
}

/** The ledger could not be opened or written. Its books are unchanged. */
export class LedgerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
  }
}

/** The tokens could not be read or written. The message is shown to the user as it is. */
export class TokenFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenFileError';
  }
}

/** The address cannot be listened on. The message is shown to the user as it is. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** The command line, or a file that it names, cannot be used. The message is shown to the user as it is. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** What the file system's codes mean. */
export const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EEXIST: 'a file of this name exists',
  ENOTDIR: 'a part of its path is a file and not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  // FreeBSD's code for it; Linux has none.
  EFTYPE: 'is not a regular file',
  EISDIR: 'is a directory',
  EROFS: 'the disk is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EIO: 'the disk failed',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'name too long',
  EMFILE: 'too many files are open',
};

/** Why something could not be done with a file, in words; the message of any other error. */
export function fileWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FILE_WORDS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Foreign text for a message: quoted, on one line, of limited length. */
export function quote(text: string, longest = 60): string {
  const line = JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
  return line.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An argument for a POSIX shell, in a command that is run or that a message recommends: in single quotes where the shell would split it. */
export function shellWord(argument: string): string {
  if (/^[A-Za-z0-9_./-]+$/.test(argument)) return argument;
  if (argument.includes('\0')) throw new TypeError('An argument cannot contain a NUL character');
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

/** `1 day`, `2 days`, `2 addresses` */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : thing.endsWith('s') ? 'es' : 's'}`;
