import { SourceError } from '../errors.ts';

/** A mail server. */
export interface MailTerms {
  host: string;
  port: number;
  /** TLS from the first byte (smtps). Otherwise STARTTLS is used where the server offers it. */
  secure: boolean;
  login: { username: string; password: string } | null;
  /** `ca` is the PEM text of the only trusted authority; `insecure` accepts any certificate. */
  tls: { ca: string | null; insecure: boolean };
}

interface Mail {
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** The same as a page. */
  html?: string;
  /** With its angle brackets. */
  messageId: string;
}

/** Sends a mail. Rejects with a SourceError whose message contains no credentials. */
export type SendMail = (mail: Mail, signal: AbortSignal) => Promise<void>;

const CONNECT_MS = 10_000;
/** A server may look through a mail for long before it takes it; one that is given up then has it, and is sent it again. */
const ANSWER_MS = 30_000;
/** A password passes unencrypted only where nobody else can listen. */
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Sends mails through a server; the mail library is loaded with the first. A login is never sent without TLS, except to this machine. */
export function mailSender({ host, port, secure, login, tls }: MailTerms): SendMail {
  return async ({ to, ...mail }, signal) => {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host,
      port,
      secure,
      requireTLS: login !== null && !secure && !LOCAL.test(host),
      ...(login !== null && { auth: { user: login.username, pass: login.password } }),
      tls: { rejectUnauthorized: !tls.insecure, ...(tls.ca !== null && { ca: tls.ca }) },
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const abort = () => transport.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const { rejected } = await untilAborted(transport.sendMail({ ...mail, to: [...to] }), signal);
      // The server has taken it for the others, so it is not sent again.
      if (rejected.length === to.length) throw new SourceError('status', 'the mail server accepts none of the recipients');
    } catch (error) {
      throw asSourceError(error);
    } finally {
      signal.removeEventListener('abort', abort);
      transport.close();
    }
  };
}

/** The library closes its connection with the transport, but may not settle for it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new SourceError('timeout', 'the mail server did not answer in time'));
    signal.addEventListener('abort', late, { once: true });
    if (signal.aborted) late();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}

/** What the server says may repeat addresses or what was sent, so only its number is shown. */
function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const code = String(error.code);
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null;
  const number = status === null ? code : `status ${status}`;
  const options = { cause: error };
  if (code === 'EAUTH')
    return new SourceError('auth', `${number}: the mail server rejected the user name or password; check both`, options);
  if (isTls(code, status, error.message))
    return new SourceError(
      'tls',
      `the TLS connection to the mail server failed (${code}): use smtps:// or a server with STARTTLS, and set ca_file if its certificate is your own`,
      options,
    );
  if (code === 'EPROTOCOL' && status === null)
    return new SourceError('parse', 'what answers there is not a mail server: check the host and port in smtp', options);
  if (code === 'ETIMEDOUT') return new SourceError('timeout', 'the mail server did not answer in time', options);
  if (/^E(CONN|SOCKET|DNS|NOTFOUND)/.test(code))
    return new SourceError('connect', `could not connect to the mail server (${code})`, options);
  return new SourceError('status', `the mail server refused the mail (${number})`, options);
}

/** Where a server gives a status, its text says nothing but that it wants STARTTLS (RFC 3207): it may say anything. */
function isTls(code: string, status: number | null, message: string): boolean {
  if (code === 'ETLS' || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED)/.test(code)) return true;
  return status === null ? /certificate|STARTTLS/i.test(message) : status === 530 && /STARTTLS/i.test(message);
}
