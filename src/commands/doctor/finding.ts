import { printable } from '../common/text.ts';

/** How bad it is: bytes are not counted at all; figures are wrong or too low; it could be better. */
export const GRADES = ['failing', 'wrong', 'advice'] as const;
export type Grade = (typeof GRADES)[number];

/** Something that the doctor has found. */
export interface Finding {
  grade: Grade;
  /** What it is, in a word for programs. */
  kind: string;
  /** Whose; null where it is about none alone. */
  router: string | null;
  /** What was found: a sentence without a period. */
  what: string;
  /** What to do about it: sentences. */
  todo: string;
}

/** Findings about a router alone, or about what it tells. */
export const about = (router: string | null, grade: Grade, kind: string, what: string, todo: string): Finding => ({
  grade,
  kind,
  router,
  what,
  todo,
});

/** The worst first; of one grade in the order in which they were found. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade));

export const isSerious = ({ grade }: Finding): boolean => grade !== 'advice';

/** Two lines each: what was found, and what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...GRADES.map((grade) => grade.length));
  return findings
    .map(({ grade, router, what, todo }) => {
      const whose = router === null ? '' : `${router}: `;
      return `${grade.padEnd(width)}  ${printable(`${whose}${what}`)}\n${' '.repeat(width)}  ${printable(todo)}\n`;
    })
    .join('\n');
}

/** What it comes to, on one line. */
export function verdictText(findings: readonly Finding[]): string {
  const serious = findings.filter(isSerious).length;
  const advice = findings.length - serious;
  const pieces = advice === 1 ? 'one piece of advice' : `${advice} pieces of advice`;
  if (serious === 0) return advice === 0 ? 'All is well' : `Nothing is wrong; ${pieces}`;
  const things = serious === 1 ? 'One thing to do' : `${serious} things to do`;
  return advice === 0 ? things : `${things}, and ${pieces}`;
}
