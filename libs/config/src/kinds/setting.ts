import type { z } from 'zod';

/** An old or foreign name that still works. Using it gives a warning that shows the note. */
export interface SettingAlias {
  readonly name: string;
  readonly note: string;
}

/** How much of a value may be shown: all of it, nothing, or all but the credentials inside a URL. */
export type SecretKind = 'none' | 'whole' | 'url-credentials';

/**
 * What giving a setting means in this version. `notice`: accepted, but something the operator should know follows.
 * `refused`: the service does not start with it, because going on would silently lose what was asked for.
 */
export interface SettingCaveat<T> {
  readonly kind: 'notice' | 'refused';
  readonly reason: string;
  /** Limits the caveat to some values (or to the text that gave them). Default: every given value. */
  readonly when?: (value: T, given: string) => boolean;
}

/** What a table row says; builders in `setting-kinds.ts` add the parsing. */
export interface SettingDeclaration {
  readonly name: string;
  /** One or two sentences for the reference page. */
  readonly description: string;
  readonly aliases?: readonly SettingAlias[];
  /** Unit of the number, for the reference page. */
  readonly unit?: string;
}

/** One environment variable: how it is called, read, defaulted, documented and masked. */
export interface Setting<T> extends SettingDeclaration {
  readonly aliases: readonly SettingAlias[];
  readonly fallback: T;
  /** What is allowed, as shown in problems and in the reference page. */
  readonly allowed: string;
  /** From the trimmed, non-empty text to the value; fails without a message of its own. */
  readonly schema: z.ZodType<T, string>;
  /** From a value back to the text form an operator would write. */
  readonly format: (value: T) => string;
  readonly secret: SecretKind;
  readonly caveats: readonly SettingCaveat<T>[];
}

/** The value type of a setting. */
export type SettingValue<S> = S extends Setting<infer T> ? T : never;
