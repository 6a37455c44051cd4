import { type FrameView, page } from './frame/frame.ts';
import { html } from './frame/html.ts';
import type { PageName } from './frame/nav.ts';

/** A page that says why another cannot be shown. */
export const problemPage = (view: FrameView, at: PageName, message: string): string =>
  page(view, {
    title: 'Not shown',
    at,
    self: at,
    main: html`<p class="notice error" role="alert">${message}.</p><p><a href="${at}">Back</a></p>`,
  });
