import type { IncomingHttpHeaders } from 'node:http';
import type { Logins } from './logins.ts';
import type { MachineTable } from './table.ts';

/** A simulated router with TP-Link's own firmware. */
export interface TplinkRouter {
  model: string;
  username: string;
  password: string;
  logins: Logins;
  table: MachineTable;
}

export interface RouterRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RouterAnswer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** What one protocol answers; null where it does not know the path. */
export type Answering = (router: TplinkRouter, asked: RouterRequest) => RouterAnswer | null;

/** A number as a router without dotted addresses has it. */
export const decimalAddress = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
