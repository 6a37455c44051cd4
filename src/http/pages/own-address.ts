import type { Route } from '../route.ts';

/** The links of a page are relative, so that behind a slash at the end of its address they would lead nowhere: such a request is sent to the page's own address. */
export const atOwnAddress =
  (path: string, handle: Route['handle']): Route['handle'] =>
  async (context, token) => {
    if (context.path === '/' || !context.path.endsWith('/')) return handle(context, token);
    // Relative: a proxy may serve the page under a prefix.
    context.redirect(`../${path.slice(1)}${context.search}`);
  };
