import { type Finished, finish, output } from '../program/command.ts';
import { until } from '../until.ts';
import type { DockerDaemon } from './daemon.ts';

/** A small board: a container in which systemd runs. */
export interface Board {
  /** Where its wrtmeter answers, from this machine. */
  readonly url: string;
  finish(command: string): Promise<Finished>;
  /** Runs a command that must succeed, and answers what it printed. */
  run(command: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Copies a file of this machine to it. */
  copy(file: string, path: string): Promise<void>;
  /** Process of the service; "0" if it does not run. */
  mainPid(): Promise<string>;
  journal(): Promise<string>;
  untilMetric(series: string, value: number): Promise<void>;
  remove(): Promise<void>;
}

// What systemd needs to start services. Not "--privileged": a machine that is a container itself may lack some of it.
const rights = ['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_PTRACE'];
const unconfined = ['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'];
const places = ['--cgroupns', 'private', '--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp'];

/** Starts an image of `buildBoard`, and waits until systemd runs. */
export async function startBoard({ env }: DockerDaemon, image: string): Promise<Board> {
  const name = `wrtmeter-board-${process.pid}`;
  const inside = (command: string) => ['docker', 'exec', '--interactive', name, 'sh', '-c', command];
  const run = (command: string, input?: string) => output(inside(command), { env, ...(input !== undefined && { input }) });
  const journal = () => run('journalctl --no-pager --output cat --unit wrtmeter');
  const remove = async () => void (await finish(['docker', 'rm', '--force', '--volumes', name], { env }));
  await output(['docker', 'run', '--detach', '--name', name, ...rights, ...unconfined, ...places, image], { env });
  try {
    await until('systemd runs', async () => (await finish(inside('systemctl is-system-running'), { env })).stdout === 'running\n');
    const address = await output(['docker', 'inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', name], {
      env,
    });
    const url = `http://${address.trim()}:9780`;
    return {
      url,
      run,
      journal,
      remove,
      finish: (command) => finish(inside(command), { env }),
      write: async (path, text) => void (await run(`cat > ${path}`, text)),
      copy: async (file, path) => void (await output(['docker', 'cp', file, `${name}:${path}`], { env })),
      mainPid: async () => (await run('systemctl show --property MainPID --value wrtmeter')).trim(),
      async untilMetric(series, value) {
        const metered = async () => {
          const text = await fetch(`${url}/metrics`).then((response) => response.text(), String);
          return text.split('\n').includes(`${series} ${value}`);
        };
        await until(`${series} is ${value}`, metered, journal);
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
