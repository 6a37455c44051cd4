import { randomBytes } from 'node:crypto';
import { ExitError, SourceError } from '../errors.ts';
import { type ProgramEnvironment, runProcess } from './process.ts';
import type { Argv } from './request.ts';
import { type Ended, lastLine, type Machine, outputOf } from './run.ts';
import { shellText } from './shell.ts';

/** How to log in to a server. Null fields use OpenSSH's own configuration. */
export interface SshTerms {
  host: string;
  user: string | null;
  port: number | null;
  /** The only key to log in with. */
  keyFile: string | null;
  /** The only file of trusted host keys. */
  knownHostsFile: string | null;
}

/**
 * A machine reached with the system's OpenSSH: its configuration, keys, agent and known hosts. Never prompts, never trusts an unknown host
 * key, and makes one connection per call. The login shell there must be a POSIX shell.
 */
export function sshMachine(terms: SshTerms, env: ProgramEnvironment = null): Machine {
  const start = sshCommand(terms);
  const remote = async (command: string, stdin: string | null, signal: AbortSignal): Promise<Ended> => {
    const ended = await runProcess([...start, command], stdin, signal, env);
    const refused = ended.code === 255 ? sshFailure(ended.stderr, terms) : null;
    if (refused !== null) throw refused;
    return ended;
  };
  return {
    run: async (argv, stdin, signal) => {
      const mark = newMark();
      const ended = await remote(between(argv, mark), stdin, signal);
      const { stdout, stderr } = ended;
      if (!stdout.includes(mark)) throw nothingRun(ended, terms.host);
      return outputOf(argv[0] ?? '', { ...ended, stdout: inside(stdout, mark), stderr: inside(stderr, mark) });
    },
    each: async (argvs, signal) => {
      const mark = newMark();
      const ended = await remote(inOneCommand(argvs, mark), null, signal);
      if (!ended.stdout.includes(mark)) throw nothingRun(ended, terms.host);
      return outcomesOf(argvs, ended, mark);
    },
  };
}

/**
 * Sends text to a login whose key runs one program whatever is asked for, and returns what that prints. It asks for a program that there is
 * nowhere, so that a key which can do more runs nothing.
 */
export function sshExchange(terms: SshTerms, env: ProgramEnvironment = null): (stdin: string, signal: AbortSignal) => Promise<string> {
  const command = [...sshCommand(terms), FORCED];
  return async (stdin, signal) => {
    const ended = await runProcess(command, stdin, signal, env);
    const refused = ended.code === 255 ? sshFailure(ended.stderr, terms) : null;
    if (refused !== null) throw refused;
    if (ended.code === 127) throw new ExitError(127, `${terms.host} accepts the key, but no program belongs to it: install it there again`);
    return outputOf('ssh', ended);
  };
}

const FORCED = 'wrtmeter-limits';

/** The `ssh` command line without the remote command. */
export function sshCommand({ host, user, port, keyFile, knownHostsFile }: SshTerms): string[] {
  if (host.startsWith('-') || user?.startsWith('-')) throw new TypeError('A destination cannot begin with "-"');
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=2',
    'ConnectionAttempts=1',
    'StrictHostKeyChecking=yes',
    // A shared connection that stays open would keep our pipes open.
    'ControlMaster=no',
    'ControlPath=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'PermitLocalCommand=no',
    'RequestTTY=no',
    'RemoteCommand=none',
    'LogLevel=ERROR',
    ...(keyFile === null ? [] : [`IdentityFile=${configWord(keyFile)}`, 'IdentitiesOnly=yes']),
    ...(knownHostsFile === null ? [] : [`UserKnownHostsFile=${configWord(knownHostsFile)}`, 'GlobalKnownHostsFile=/dev/null']),
  ];
  return [
    'ssh',
    ...options.flatMap((option) => ['-o', option]),
    ...(port === null ? [] : ['-p', String(port)]),
    '--',
    user === null ? host : `${user}@${host}`,
  ];
}

/** A path for ssh_config(5): in quotes because of spaces, `%` doubled because it starts a token. */
const configWord = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

/** Random per call, so that a program's output cannot be mistaken for it. */
const newMark = (): string => randomBytes(16).toString('hex');

/** A login shell may print something before its first command: a line with the mark, on both streams, ends it. */
const begin = (mark: string): string => `printf '\\n%s\\n' ${mark}; echo ${mark} >&2`;

/** One command that reads standard input, between two marks, with its own exit code. */
const between = (argv: Argv, mark: string): string =>
  `${begin(mark)}\n${shellText(argv)}; set -- $?; printf '\\n%s\\n' ${mark}; echo ${mark} >&2; exit $1`;

/** What is between the two marks; without the first one (a long complaint is cut at its beginning) from there on, without the second up to the end. */
function inside(text: string, mark: string): string {
  const answer = after(text, mark);
  const end = answer.lastIndexOf(`${mark}\n`);
  return end < 0 ? answer : answer.slice(0, end).replace(/\n$/, '');
}

/** After each command, both streams get a line with the mark; the one on standard output has the exit code. */
const inOneCommand = (argvs: readonly Argv[], mark: string): string =>
  [begin(mark), ...argvs.map((argv) => `${shellText(argv)} </dev/null; printf '\\n%s %s\\n' ${mark} $?; echo ${mark} >&2`)].join('\n');

function outcomesOf(argvs: readonly Argv[], { stdout, stderr }: Ended, mark: string): (string | SourceError)[] {
  const parts = after(stdout, mark).split(new RegExp(`\\n${mark} (\\d+)\\n`));
  // Counted from the end: of a long text only the end is kept.
  const ended = (parts.length - 1) / 2;
  const complaints = stderr.split(`${mark}\n`);
  const complaintOf = (index: number): string => complaints[complaints.length - 1 - ended + index] ?? '';
  return argvs.map(([program = ''], index) => {
    const code = parts[2 * index + 1];
    if (code === undefined) return new SourceError('truncated', `the connection closed before "${program}" ended`);
    try {
      return outputOf(program, { code: Number(code), stdout: parts[2 * index] ?? '', stderr: complaintOf(index) });
    } catch (error) {
      if (error instanceof ExitError) return error;
      throw error;
    }
  });
}

/** What comes after the first line with the mark. */
function after(text: string, mark: string): string {
  const at = text.indexOf(`${mark}\n`);
  return at < 0 ? text : text.slice(at + mark.length + 1);
}

/** Logged in, but the user has no shell, or the server forces another command. */
function nothingRun({ code, stdout, stderr }: Ended, host: string): SourceError {
  const complaint = lastLine(stderr.trim() === '' ? stdout.slice(-1000) : stderr);
  const words = complaint === '' ? '' : `: ${complaint}`;
  if (code === 255) return new SourceError('connect', `ssh connection to ${host} failed${words}`);
  return new SourceError('exec', `${host} accepts the login but runs none of the commands${words}`);
}

/** Why ssh itself failed, by its standard error (OpenSSH 7 to 10); null if the command exited with 255. */
function sshFailure(stderr: string, { host, user, port, knownHostsFile }: SshTerms): SourceError | null {
  const where = `${user === null ? '' : `${user}@`}${host}`;
  const complaint = lastLine(stderr);
  if (/host key .*has changed|host identification has changed|differs from the key/i.test(stderr)) {
    return new SourceError(
      'auth',
      `the host key of ${host} does not match ${knownHostsFile ?? 'known_hosts'}: find out why, then remove the old one with ssh-keygen -R`,
    );
  }
  if (/host key verification failed|no .*host key is known for/i.test(stderr)) {
    const option = port === null ? '' : `-p ${port} `;
    // A login by hand writes into another file than the one that is read here.
    const todo =
      knownHostsFile === null
        ? `log in once with "ssh ${option}${where}" and compare its fingerprint`
        : `add what "ssh-keyscan ${option}${host}" prints to ${knownHostsFile}, and compare it with the server's own key`;
    return new SourceError('auth', `the host key of ${host} is unknown: ${todo}`);
  }
  // Before a refusal: without the key that is named, ssh logs in with none, and is refused.
  if (/load key .*: |identity file .* not accessible|bad permissions/i.test(stderr)) {
    return new SourceError('auth', `the ssh key cannot be used: ${keyComplaint(stderr)}`);
  }
  if (/permission denied|too many authentication failures|no supported authentication methods/i.test(stderr)) {
    return new SourceError(
      'auth',
      `${host} accepts none of the keys for ${user ?? 'this user'}: add the public key to authorized_keys there`,
    );
  }
  if (/^(ssh|kex_exchange|ssh_exchange|connection|banner exchange|timeout)\b|^\S+@\S+:|timed out/im.test(stderr) || stderr.trim() === '') {
    return new SourceError('connect', `ssh connection to ${host} failed${complaint === '' ? '' : `: ${complaint}`}`);
  }
  return null;
}

/** The line that says what is wrong with a key. */
const keyComplaint = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.trim())
    .find((line) => /load key|identity file|bad permissions|permissions .* too open/i.test(line)) ?? lastLine(stderr);
