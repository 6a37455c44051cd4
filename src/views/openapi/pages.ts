import { inPath, type Paths, plain } from './parts.ts';

const page = (summary: string) => ({
  get: {
    summary,
    responses: {
      200: plain('The page', 'text/html'),
      400: plain('A wrong parameter', 'text/html'),
      503: plain('Too many large answers at once; try again'),
    },
  },
});

/** The pages for people. Their queries are for their own links and forms, and may change. */
export const pagePaths: Paths = {
  '/': page('The home page: the month so far, today, the last months, devices, users, peers, routers'),
  '/audit': page('The page of the audit, by kind and router'),
  '/developer': page('This list as a page'),
  '/device': page('The page of one device, by one of its MACs: days, months, hours of the week, where it was'),
  '/devices': page('The page of all devices'),
  '/peer': page('The page of one WireGuard peer: days, months, what is known of it'),
  '/peers': page('The page of all WireGuard peers'),
  '/quotas': page('The page of all quotas'),
  '/router': page('The page of one router: its sources, what to do about failures, its uplinks and hosts'),
  '/routers': page('The page of all routers'),
  '/scripts/{version}/{name}': {
    get: {
      summary: 'The scripts of the pages that show what moves now',
      security: [],
      parameters: [inPath('version', 'A part of their address that changes with them'), inPath('name', 'For example live.js')],
      responses: { 200: plain('The script', 'text/javascript'), 404: plain('Not of this version') },
    },
  },
  '/uplink': page('The page of one uplink: days, months, what is known of it'),
  '/uplinks': page('The page of all uplinks'),
  '/user': page('The page of one user: days, months, devices'),
  '/users': page('The page of all users'),
};
