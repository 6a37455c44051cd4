import { AbortError, FetchError } from 'node-fetch';
import { SourceError } from '../errors.ts';

export const TOO_LATE = 'no complete answer in time';
/** The code of an error that ends an attempt to connect. */
export const CONNECT_TIMEOUT = 'CONNECT_TIMEOUT';
const MEBIBYTE = 1024 * 1024;
const NOT_HTTP = 'Check its address and port in the configuration, and whether it begins with http or https.';

/** What an error of `fetch` means. Anything else is a bug, and thrown again. */
export function asSourceError(
  error: unknown,
  { mostBytes, connectMs, called }: { mostBytes: number; connectMs: number; called: string },
): SourceError {
  if (error instanceof SourceError) return error;
  if (error instanceof AbortError) return new SourceError('timeout', TOO_LATE, { cause: error });
  if (!(error instanceof FetchError)) throw error;
  const code = error.code ?? error.errno ?? '';
  const options = { cause: error };
  if (code === CONNECT_TIMEOUT) return new SourceError('connect', `could not connect within ${connectMs / 1000} s`, options);
  if (error.type === 'max-size')
    return new SourceError('too_large', `the answer is larger than ${Math.round((mostBytes / MEBIBYTE) * 10) / 10} MiB`, options);
  if (code === 'HPE_HEADER_OVERFLOW') return new SourceError('too_large', 'the header of the answer is too large', options);
  if (code.startsWith('HPE_')) return new SourceError('parse', `the answer is not HTTP (${code})`, { ...options, todo: NOT_HTTP });
  const tls = tlsFailure(code, called);
  if (tls !== null) return new SourceError('tls', tls.message, { ...options, todo: tls.todo });
  if (/premature close|aborted/i.test(error.message) || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new SourceError('truncated', 'the connection closed before the answer was complete', options);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return new SourceError('truncated', 'the connection was reset', options);
  return new SourceError('connect', `could not connect (${code || error.type})`, options);
}

/** What is wrong where TLS failed, and what helps, where that is not to trust the certificate; null for another code. */
function tlsFailure(code: string, called: string): { message: string; todo?: string } | null {
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        message: `the certificate of ${called} has another name than its address (${code})`,
        todo: 'Write the name that the certificate has in the address, or set insecure: true.',
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        message: `the certificate of ${called} is not valid today (${code})`,
        todo: 'Renew the certificate, or set insecure: true; if it is valid, the clock of this machine is wrong.',
      };
    default:
      if (/^(CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED)/.test(code))
        return { message: `the TLS connection to ${called} is not trusted (${code}): set ca_file, or insecure: true` };
      return /^(ERR_TLS|ERR_SSL|EPROTO)/.test(code)
        ? {
            message: `no TLS connection to ${called} (${code}): does it speak http there, and not https?`,
            todo: 'Write http in its address if it does not speak https at that port. If it does, its TLS may be too old.',
          }
        : null;
  }
}
