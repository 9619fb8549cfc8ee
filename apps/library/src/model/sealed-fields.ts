import type { JsonObject, JsonValue } from '@sfm/memory';

/** Encrypts and decrypts text, e.g. with a key of the caller. */
export interface FieldCipher {
  encrypt(text: string): string;
  /** Throws for a text that it has not made. */
  decrypt(text: string): string;
}

/** The fields of a payload that a cipher is for. */
const SEALED = ['task', 'code'] as const;

/**
 * Keeps some fields of payloads unreadable for the stores, once there is a cipher. Whoever has no key cannot read them,
 * and no recall finds their words.
 */
export class SealedFields {
  cipher: FieldCipher | undefined;

  seal(payload: JsonObject): JsonObject {
    const { cipher } = this;
    return cipher ? changed(payload, (text) => cipher.encrypt(text)) : payload;
  }

  /** What cannot be decrypted stays as it is: it was stored without the cipher. */
  open(payload: JsonObject): JsonObject {
    const { cipher } = this;
    return cipher ? changed(payload, (text) => decrypted(cipher, text)) : payload;
  }
}

function changed(payload: JsonObject, change: (text: string) => string): JsonObject {
  const fields = SEALED.flatMap((name): [string, JsonValue][] => {
    const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
    return typeof value === 'string' ? [[name, change(value)]] : [];
  });
  return fields.length > 0 ? { ...payload, ...Object.fromEntries(fields) } : payload;
}

function decrypted(cipher: FieldCipher, text: string): string {
  try {
    return cipher.decrypt(text);
  } catch {
    return text;
  }
}
