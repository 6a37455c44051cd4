import type { Context } from 'koa';

/**
 * What a request must show. `read`: a token, where the configuration wants one for reading. `control`: a token of that scope, always,
 * and the route is there only where the configuration allows control. `reload`: a token of scope control, where tokens are in use.
 */
export type Needs = 'nothing' | 'read' | 'control' | 'reload';

/** An address that is served. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  needs: Needs;
  /** `who` is the name of the token that the request showed, null where it needed none. */
  handle(context: Context, who: string | null): Promise<void>;
}
