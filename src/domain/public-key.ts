/** A WireGuard public key: 32 bytes in base64. Null where the text is none. */
export const parsePublicKey = (text: string): string | null => (/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text) ? text : null);

/** The first letters of a key, for people to tell peers apart that have no name. */
export const shortKey = (key: string): string => `${key.slice(0, 8)}…`;
