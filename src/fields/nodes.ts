/** A part of a configuration file and its place. All scalars are text: `0123` stays as written. */
export type Node = Scalar | Mapping | List | Broken;

interface Scalar {
  kind: 'scalar';
  place: string;
  /** With variables replaced. */
  text: string;
  /** As written; messages may show this. */
  source: string;
  /** Empty or null. */
  blank: boolean;
}

export interface Mapping {
  kind: 'mapping';
  place: string;
  entries: KeyValue[];
}

export interface KeyValue {
  key: string;
  place: string;
  value: Node;
}

interface List {
  kind: 'list';
  place: string;
  items: Node[];
}

/** A part whose error has already been reported. */
interface Broken {
  kind: 'broken';
  place: string;
}
