import type { Context } from 'koa';

/**
 * What a request needs. `read`: a token, if the configuration requires one for reading. `control`: always a token of that scope; the route
 * exists only if the configuration allows control. `form`: the same token in the form that is sent, which its route checks itself. `reload`: a
 * token of scope control, if tokens are in use.
 */
export type Needs = 'nothing' | 'read' | 'control' | 'form' | 'reload';

/** A URL path that is served. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  needs: Needs;
  /** Its answer grows with the home: only a few are made at a time. */
  large?: boolean;
  /** `token` is the name of the request's token; null if it needed none. */
  handle(context: Context, token: string | null): Promise<void>;
}

/** Whether what is at a path is for programs alone, which get errors as JSON. */
export const isApi = (path: string): boolean => /^\/((netstat\/)?api|servers)\b/.test(path);
