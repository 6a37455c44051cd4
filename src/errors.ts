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

/** A router that could not be read. Nothing of such an answer is used. */
export class SourceError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.reason = reason;
  }
}

/** A program that was run and failed, here or on another machine. */
export class ExitError extends SourceError {
  /** As a shell tells it: 127 where there is no such program, null where a signal ended it. */
  readonly code: number | null;

  constructor(code: number | null, message: string, options?: ErrorOptions) {
    super('exec', message, options);
    this.name = 'ExitError';
    this.code = code;
  }
}

/** A wrong setting: the message is the line that the user reads. */
export class ConfigError extends Error {
  /** Every problem found, a line each; the first is the message. */
  readonly errors: readonly string[];

  constructor(errors: string | readonly [string, ...string[]]) {
    const lines = typeof errors === 'string' ? ([errors] as const) : errors;
    super(lines[0]);
    this.name = 'ConfigError';
    this.errors = lines;
  }
}

/** A ledger that could not be opened or written. Its books are as they were. */
export class LedgerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
  }
}

/** The tokens could not be read or written: the message is the line that the user reads. */
export class TokenFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenFileError';
  }
}

/** The address cannot be listened on: the message is the line that the user reads. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** The command line, or a file that it names, cannot be used: the message is the line that the user reads. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Foreign text as it may stand in a message: on one line, bounded. */
export function quote(text: string, longest = 60): string {
  const line = JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
  return line.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
