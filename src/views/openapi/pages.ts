import { AUDIT_KINDS } from '../audit-words.ts';
import { DEVICE_SORTS } from '../pages/devices/choice.ts';
import { inPath, type Parameter, type Paths, plain, query } from './parts.ts';
import { text } from './schema.ts';

/** `missing`: what it says where there is no such thing. */
const page = (summary: string, parameters: readonly Parameter[] = [], missing?: string) => ({
  get: {
    summary,
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: plain('The page', 'text/html'),
      ...(parameters.length > 0 && { 400: plain('A wrong parameter', 'text/html') }),
      ...(missing !== undefined && { 404: plain(missing, 'text/html') }),
      503: plain('Too many large answers at once; try again'),
    },
  },
});

const needed = (name: string, description: string): Parameter => query(name, description, text(), true);

const pageNumber = query('page', 'Which part of the list, from 1', { type: 'integer', minimum: 1 });

/** The pages for people. Their queries are for their own links and forms, and may change. */
export const pagePaths: Paths = {
  '/': page('The home page: the month so far, today, the last months, devices, users, peers, routers'),
  '/audit': page(
    'The page of the audit, by kind and router',
    [
      query('kind', `Only these, separated by commas: ${AUDIT_KINDS.join(', ')}`),
      query('router', 'Only this router'),
      query('from', 'Inclusive: local date (2026-01-31) or RFC 3339 time'),
      query('to', 'Exclusive: local date or RFC 3339 time'),
      query('before', 'Only rows written before the row with this id', { type: 'integer', minimum: 1 }),
    ],
    'No such router',
  ),
  '/developer': page('This list as a page'),
  '/device': page(
    'The page of one device, by one of its MACs: days, months, hours of the week, where it was',
    [needed('mac', 'Any of its MACs')],
    'No device with this MAC has been counted',
  ),
  '/devices': page('The page of all devices', [
    query('q', 'Only devices with this in their name, an address, a MAC or their user'),
    query('user', 'Only those of this user; others is what belongs to nobody'),
    query('router', 'Only those that this router has counted'),
    query('network', 'Only those that were last in this network'),
    query('sort', 'Default: month', { type: 'string', enum: DEVICE_SORTS }),
    pageNumber,
  ]),
  '/peer': page(
    'The page of one WireGuard peer: days, months, what is known of it',
    [needed('router', 'Its router'), needed('interface', 'Its interface there'), needed('key', 'Its public key')],
    'There is no such peer',
  ),
  '/peers': page('The page of all WireGuard peers', [pageNumber]),
  '/quotas': page('The page of all quotas', [pageNumber]),
  '/router': page(
    'The page of one router: its sources, what to do about failures, its uplinks and hosts',
    [needed('name', 'Its name in the configuration')],
    'There is no such router',
  ),
  '/routers': page('The page of all routers'),
  '/scripts/{version}/{name}': {
    get: {
      summary: 'The scripts of the pages that show what moves now',
      security: [],
      parameters: [inPath('version', 'A part of their address that changes with them'), inPath('name', 'For example live.js')],
      responses: { 200: plain('The script', 'text/javascript'), 404: plain('Not of this version') },
    },
  },
  '/uplink': page(
    'The page of one uplink: days, months, what is known of it',
    [needed('router', 'Its router'), needed('interface', 'Its name there')],
    'There is no such uplink',
  ),
  '/uplinks': page('The page of all uplinks'),
  '/user': page(
    'The page of one user: days, months, devices',
    [needed('name', 'Its key in the configuration; others is what belongs to nobody')],
    'There is no such user',
  ),
  '/users': page('The page of all users'),
};
