/** A piece of a configuration file that knows where it stands. All scalars are text: `0123` stays what was written. */
export type Node = Scalar | Mapping | List | Broken;

export interface Scalar {
  kind: 'scalar';
  place: string;
  /** Variables put in. */
  text: string;
  /** As it was written: what a message may show. */
  source: string;
  /** Nothing was written, or null. */
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

export interface List {
  kind: 'list';
  place: string;
  items: Node[];
}

/** Its error has been reported already. */
export interface Broken {
  kind: 'broken';
  place: string;
}
