/** How bad it is: bytes are not counted at all; figures are wrong or too low; it could be better. */
export const GRADES = ['failing', 'wrong', 'advice'] as const;
export type Grade = (typeof GRADES)[number];

/** Something that `wrtmeter doctor` has found. */
export interface Finding {
  grade: Grade;
  /** What it is, in a word for programs. */
  kind: string;
  /** The router; null where it is about none alone. */
  router: string | null;
  /** What was found: a sentence without a period. */
  what: string;
  /** What to do about it: sentences. */
  todo: string;
}

export const about = (router: string | null, grade: Grade, kind: string, what: string, todo: string): Finding => ({
  grade,
  kind,
  router,
  what,
  todo,
});
