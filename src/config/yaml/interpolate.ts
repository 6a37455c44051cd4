import { ValueError } from '../../fields/values.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$(\$\{)|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g;

/**
 * Replaces each `${NAME}` with that variable; `$${` means a literal `${`. An inserted value is not expanded again.
 * Messages never contain a value: it may be a secret.
 */
export function interpolate(text: string, env: Environment): string {
  return text.replace(REFERENCE, (_, escaped: string | undefined, name: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (name === undefined) throw new ValueError(`"\${" without the name of a variable; use \${NAME}, or $\${ for a literal "\${"`);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) throw new ValueError(`\${${name}} is not set in the environment; set it or write the value here`);
    return value;
  });
}

/** The names of the variables in a text. */
export function references(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap((match) => match[2] ?? []);
}
