import { readdirSync, readFileSync } from 'node:fs';

const parts = new URL('./parts/', import.meta.url);

/** The awk programs that the exporter itself sends to WireGuard servers, by their names in the module that holds them. */
const programs = { FACTS_PROGRAM: 'wireguard/facts.awk', FILES_PROGRAM: 'wireguard/files.awk' };

/** Every file that is made from parts/, by its path in the repository: each script that lies in parts/ itself, and a module of programs. */
export function assembled(): Record<string, string> {
  const scripts = readdirSync(parts, { withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    ...Object.fromEntries(scripts.map(({ name }) => [`openwrt-cgi/${name}`, script(name)])),
    'src/sources/wireguard/awk.ts': programModule(),
  };
}

/** A part with other parts in the place of its lines `#include PATH`, indented as these lines are. In a shell script awk is between apostrophes. */
export function assemble(part: string): string {
  return readFileSync(new URL(part, parts), 'utf8').replace(/^( *)#include (\S+)\n/gm, (_line, indent: string, path: string) => {
    const quoted = path.endsWith('.awk') && !part.endsWith('.awk');
    const text = quoted ? assemble(path).replaceAll("'", "'\\''") : assemble(path);
    return text.replace(/^(?=.)/gm, indent);
  });
}

const script = (name: string): string =>
  assemble(name).replace('\n', `\n# Made from parts/${name} by "npm run scripts": change it there.\n`);

/** Comments stay here: a program is in the argument list of a command, which sudo writes to its log. */
function programModule(): string {
  const constants = Object.entries(programs).map(([name, part]) => {
    const text = assemble(part);
    const about = /^(?:#.*\n)*/.exec(text)?.[0].replace(/^#/gm, ' *');
    const bare = text.replace(/^ *#.*\n/gm, '').trimEnd();
    if (/`|\$\{/.test(bare)) throw new Error(`${part} cannot be put into a raw template string: it has a "\`" or a "\${"`);
    return `/**\n${about} */\nexport const ${name} = String.raw\`${bare}\`;\n`;
  });
  return `// Made from openwrt-cgi/parts/wireguard/ by "npm run scripts": change it there.

/*
 * Programs for any awk (mawk, gawk, busybox), each one argument of a command: what they leave out never leaves the server. The first
 * argument after a program lists the interfaces, joined by commas; if it is empty, they are those of /proc/net/dev.
 */

${constants.join('\n')}`;
}
