import type { IncomingHttpHeaders } from 'node:http';
import type { Desk } from './desk.ts';
import type { MachineTable } from './table.ts';

/** A simulated router with TP-Link's own firmware. */
export interface Box {
  model: string;
  username: string;
  password: string;
  desk: Desk;
  table: MachineTable;
}

export interface BoxRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface BoxAnswer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** What one protocol answers; null where it does not know the path. */
export type Answering = (box: Box, asked: BoxRequest) => BoxAnswer | null;

/** A number as a router without dotted addresses has it. */
export const decimalAddress = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
