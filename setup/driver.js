// Installs the SQLite driver; npm runs this after the packages. The driver is a binary, which its own scripts download or compile. A
// downloaded one may want a newer system than this one, so it is loaded once here, and compiled where that fails. Where it cannot be
// compiled, the SQLite of Node will do (src/ledger/storage/driver/).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** What compiles it. Debian's packages have the same names. */
const TOOLS = ['python3', 'make', 'g++'];
const LOAD = 'try { require(process.argv[1]) } catch (error) { console.log(error.message); process.exitCode = 1 }';
/** What src/ledger/storage/driver/node-sqlite.ts uses. */
const HAS_SQLITE = "process.exitCode = typeof require('node:sqlite').backup === 'function' ? 0 : 1";

const folder = dirname(createRequire(import.meta.url).resolve('sqlite3/package.json'));
/** SQLite then syncs with fdatasync, which writes less to a card than fsync: only what is needed to read the bytes again. */
const env = { ...process.env, CFLAGS: `${process.env.CFLAGS ?? ''} -DHAVE_FDATASYNC=1`.trim() };
const run = (command, ...args) => spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
const say = (line) => process.stderr.write(`${line}\n`);

/** Loads the driver, in a process of its own: that one sees what has changed on the disk, and may crash. */
const load = () => run(process.execPath, '-e', LOAD, folder);
const nodeHasSqlite = () => run(process.execPath, '-e', HAS_SQLITE).status === 0;
const missingTools = () => TOOLS.filter((tool) => run(tool, '--version').status !== 0);

/** Returns the exit code. The program reads the same variable. */
function setUp() {
  if (load().status === 0) return 0;
  if (process.env.WRTMETER_LEDGER_DRIVER === 'node' && nodeHasSqlite()) {
    say("The SQLite driver is not installed: the ledger uses Node's own SQLite");
    return 0;
  }
  const failure = install();
  if (failure === null) return 0;
  if (!nodeHasSqlite()) return explain(failure);
  const missing = missingTools();
  const why = missing.length === 0 ? '' : `: ${missing.join(', ')} missing`;
  say(`The SQLite driver cannot be compiled${why}. The ledger uses Node's own SQLite instead`);
  return 0;
}

/** `install` downloads the driver, or compiles it where nothing can be downloaded; `rebuild` compiles it. Returns null, or what was said. */
function install() {
  say('Installing the SQLite driver. If it must be compiled, this takes minutes on a PC, and up to 20 minutes on a small board');
  for (const script of ['install', 'rebuild']) {
    const { status, stdout, stderr, error } = run('npm', 'run', script);
    if (error) return error.message;
    if (status !== 0) return `${stdout}${stderr}`;
    if (load().status === 0) return null;
  }
  return load().stdout;
}

/** Says in one line what to install; where nothing is missing, what the compiler said. Returns the exit code. */
function explain(output) {
  const missing = missingTools();
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (missing.length === 0) say(`${output}\nThe SQLite driver cannot be installed: see above. The compiler needs 400 MB of memory`);
  else
    say(
      `The SQLite driver cannot be compiled: ${missing.join(', ')} missing. Run "${sudo}apt-get update && ${sudo}apt-get install -y ${TOOLS.join(' ')}", then "npm ci" again; or use Node 22.16 or later, which has its own`,
    );
  return 1;
}

process.exitCode = setUp();
