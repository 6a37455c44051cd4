import { ValueError } from '../../fields/values.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$(\$\{)|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g;

/**
 * Replaces each `${NAME}` by that variable; `$${` stands for the two characters themselves. A value once put in is not
 * looked at again. Messages never hold what was replaced: it may be a secret.
 */
export function interpolate(text: string, env: Environment): string {
  return text.replace(REFERENCE, (_, escaped: string | undefined, name: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (name === undefined) throw new ValueError(`a "\${" that names no variable; write \${NAME}, or $\${ for the characters themselves`);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) throw new ValueError(`\${${name}} is not set in the environment; set it or write the value here`);
    return value;
  });
}

/** The variables that a text refers to. */
export function references(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap((match) => match[2] ?? []);
}
