import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answer } from '../../../src/simulator/routers.ts';

/** Ways in which a router fails to answer. */
export type Fault =
  /** Accepts the request and never answers. */
  | { kind: 'hang' }
  /** Nobody listens on the port. Of the whole router, whatever the script. */
  | { kind: 'refuse' }
  /** The connection is reset when half the answer is out. */
  | { kind: 'reset' }
  /** The whole answer, but only after so long. */
  | { kind: 'late'; ms: number }
  | { kind: 'status'; status: number }
  | { kind: 'redirect'; to: string }
  /** Bytes that are not text. */
  | { kind: 'garbage' }
  /** A login page, as a captive portal sends it. */
  | { kind: 'html' }
  /** Content-Length of the whole, then half of it. */
  | { kind: 'short' }
  /** The first lines (half of them by default) and a proper end: what is left when a CGI script is killed. */
  | { kind: 'cut-line'; lines?: number }
  /** Ends in the middle of a number, and the framing does not show it: the connection closes, or (`chunked`) the answer ends properly. */
  | { kind: 'cut-number'; chunked?: boolean }
  /** Never ends. */
  | { kind: 'flood' }
  /** A byte at a time. */
  | { kind: 'trickle'; ms?: number }
  | { kind: 'huge-header' }
  | { kind: 'empty' }
  /** A field has an impossible value. */
  | { kind: 'lie'; lie: Lie };

export type Lie = keyof typeof LIES;

const LIES = {
  negative: '-5',
  infinite: '1e999',
  nan: 'NaN',
  fraction: '12.5',
  hexadecimal: '0x10',
  overflow: '1180591620717411303424',
  'beyond 2^53': '9007199254740993',
  mac: 'zz:00:5e:00:53:01',
} as const;

export const ALL_LIES = Object.keys(LIES) as Lie[];

const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

/** The first lines of an answer, half of them by default. */
export function firstLines(text: string, lines?: number): string {
  const all = text.split('\n').slice(0, -1);
  return all
    .slice(0, lines ?? Math.floor(all.length / 2))
    .map((line) => `${line}\n`)
    .join('');
}

/** The answer up to the middle of a number that is near its own middle; where no number has two digits, up to the middle of a line. */
export function cutInNumber(text: string): string {
  const numbers = [...text.matchAll(/(?<=\s)\d{2,}(?=\s)/g)].map(({ index, 0: digits }) => index + Math.floor(digits.length / 2));
  const half = Math.floor(text.length / 2);
  const middle = text[half - 1] === '\n' ? half + 1 : half;
  const cut = numbers.reduce((best, at) => (Math.abs(at - middle) < Math.abs(best - middle) ? at : best), numbers[0] ?? middle);
  return text.slice(0, cut);
}

// The first counter or expiry, and the first MAC, of each kind of line.
const NUMBERS = [
  /^(station \S+ \S+ )\d+/m,
  /^(uplink \S+ up \S+ \d+ \S+ )\d+/m,
  /^((?:up|both) \S+ \S+ )\d+/m,
  /^(down \S+ )\d+/m,
  /^(peer \S+ \S+ \S+ \S+ \d+ )\d+/m,
  /^([0-9a-f:]{17} )\d+/m,
  /^(wan: )\d+/m,
  /^((?:lease )?)\d+(?= [0-9a-f]{2}:)/m,
];
const MACS = [/^(station \S+ )[0-9a-f:]{17}/m, /^((?:up|both) )[0-9a-f:]{17}/m, /^((?:lease )?\d+ )[0-9a-f:]{17}/m, /^()[0-9a-f:]{17}/m];

/** The answer with one field of each kind of line replaced. */
export function distort(text: string, lie: Lie): string {
  const fields = lie === 'mac' ? MACS : NUMBERS;
  return fields.reduce((distorted, field) => distorted.replace(field, (_, before: string) => before + LIES[lie]), text);
}

/** Answers a request with a fault. `honest` is what a healthy router would answer. */
export function answerWith(fault: Fault, honest: string, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  switch (fault.kind) {
    case 'hang':
    case 'refuse':
      return;
    case 'reset':
      raw(socket, [`Content-Length: ${honest.length}`], half(honest), () => socket.resetAndDestroy());
      return;
    case 'late':
      setTimeout(() => answer(response, honest), fault.ms).unref();
      return;
    case 'status':
      response.writeHead(fault.status, { 'Content-Type': 'text/html' }).end('<h1>Error</h1>\n');
      return;
    case 'redirect':
      response.writeHead(302, { Location: fault.to }).end();
      return;
    case 'garbage':
      answer(response, GARBAGE);
      return;
    case 'html':
      answer(response, '<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form>1 2 3</form></body></html>\n');
      return;
    case 'short':
      raw(socket, [`Content-Length: ${honest.length}`], half(honest), () => socket.end());
      return;
    case 'cut-line':
      answer(response, firstLines(honest, fault.lines));
      return;
    case 'cut-number':
      if (fault.chunked) answer(response, cutInNumber(honest));
      else raw(socket, ['Connection: close'], cutInNumber(honest), () => socket.end());
      return;
    case 'flood':
      flood(response, honest);
      return;
    case 'trickle':
      trickle(response, honest, fault.ms ?? 50);
      return;
    case 'huge-header':
      raw(socket, [`X-Padding: ${'x'.repeat(1 << 20)}`], honest, () => socket.end());
      return;
    case 'empty':
      answer(response, '');
      return;
    case 'lie':
      answer(response, distort(honest, fault.lie));
      return;
    default:
      fault satisfies never;
  }
}

const GARBAGE = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 167 + (i >> 3) * 31) & 255));

function raw(socket: Socket, headers: string[], body: string, then: () => void): void {
  socket.on('error', () => socket.destroy());
  const head = ['HTTP/1.1 200 OK', 'Content-Type: text/plain', ...headers, '', ''].join('\r\n');
  socket.write(head + body, () => setTimeout(then, 5).unref());
}

function flood(response: ServerResponse, honest: string): void {
  const lines = honest === '' ? 'x\n' : honest;
  const chunk = lines.repeat(Math.ceil(65_536 / lines.length));
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}

function trickle(response: ServerResponse, honest: string, ms: number): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  let sent = 0;
  const timer = setInterval(() => {
    if (response.destroyed || sent >= honest.length) {
      clearInterval(timer);
      response.end();
    } else response.write(honest.slice(sent, ++sent));
  }, ms);
  timer.unref();
}
