import { spawn } from 'node:child_process';

/** What a finished command left behind. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  input?: string;
  /** Milliseconds after which it is killed. */
  timeout?: number;
}

/** Runs a command to its end, whatever its exit code. A program that is not there is an error that names its Debian package. */
export function finish(command: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const [program = '', ...args] = command;
  const { input, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missing(program) : error));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A command that ends without reading its input is not an error of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Runs a command that must succeed, and answers what it printed. */
export async function output(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await finish(command, options);
  if (code !== 0) throw new Error(`"${command.join(' ')}" ended with ${code ?? 'a signal'}:\n${stdout}${stderr}`);
  return stdout;
}

function missing(program: string): Error {
  const packages: Record<string, string> = {
    docker: 'docker.io',
    dockerd: 'docker.io',
    'docker-compose': 'docker-compose',
    debootstrap: 'debootstrap',
    iptables: 'iptables',
    'iptables-save': 'iptables',
    ip: 'iproute2',
    promtool: 'prometheus',
    'systemd-analyze': 'systemd',
    wg: 'wireguard-tools',
  };
  return new Error(`This test needs "${program}": install the Debian package ${packages[program] ?? program}`);
}
