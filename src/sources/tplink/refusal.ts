import { type FailureReason, SourceError } from '../../errors.ts';

/**
 * Why a login came to nothing. `password`: it was refused, or the router locked logins. `busy`: somebody else is logged in. `either`: the
 * router does not say which of the two. `unclear`: nobody knows what became of it.
 */
export type RefusalKind = 'password' | 'busy' | 'either' | 'unclear';

/** A router did not let us in. */
export class Refusal extends SourceError {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string, reason: FailureReason = 'auth') {
    super(reason, message);
    this.name = 'Refusal';
    this.kind = kind;
  }
}
