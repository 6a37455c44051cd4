// Installs the SQLite driver; npm runs this after the packages. The driver is a binary, which its own scripts download or compile. A
// downloaded one may want a newer system than this one, so it is loaded once here, and compiled where that fails.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** What compiles it. Debian's packages have the same names. */
const TOOLS = ['python3', 'make', 'g++'];
const LOAD = 'try { require(process.argv[1]) } catch (error) { console.log(error.message); process.exitCode = 1 }';

const folder = dirname(createRequire(import.meta.url).resolve('sqlite3/package.json'));
const run = (command, ...args) => spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
const say = (line) => process.stderr.write(`${line}\n`);

/** Loads the driver, in a process of its own: that one sees what has changed on the disk, and may crash. */
const load = () => run(process.execPath, '-e', LOAD, folder);

/** `install` downloads the driver, or compiles it where nothing can be downloaded; `rebuild` compiles it. Returns the exit code. */
function install() {
  say('Installing the SQLite driver. If it must be compiled, this takes minutes on a PC, and up to 20 minutes on a small board');
  for (const script of ['install', 'rebuild']) {
    const { status, stdout, stderr, error } = run('npm', 'run', script);
    if (error) return explain(error.message);
    if (status !== 0) return explain(`${stdout}${stderr}`);
    if (load().status === 0) return 0;
  }
  return explain(load().stdout);
}

/** Says in one line what to install; where nothing is missing, what the compiler said. */
function explain(output) {
  const missing = TOOLS.filter((tool) => run(tool, '--version').status !== 0);
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (missing.length === 0) say(`${output}\nThe SQLite driver cannot be installed: see above. The compiler needs 400 MB of memory`);
  else
    say(
      `The SQLite driver cannot be compiled: ${missing.join(', ')} missing. Run "${sudo}apt-get update && ${sudo}apt-get install -y ${TOOLS.join(' ')}", then "npm ci" again`,
    );
  return 1;
}

process.exitCode = load().status === 0 ? 0 : install();
