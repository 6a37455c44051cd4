/** A WireGuard public key (32 bytes in base64), or null if the text is not one. */
export const parsePublicKey = (text: string): string | null => (/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text) ? text : null);

/** The first characters of a key, shown for peers without a name. */
export const shortKey = (key: string): string => `${key.slice(0, 8)}…`;
