import type { z } from 'zod';

/** An old or foreign name that still works. Using it gives a warning that shows the note. */
export interface SettingAlias {
  readonly name: string;
  readonly note: string;
}

/** Which part of a value may be shown: all of it, nothing, or all but the credentials inside a URL. */
export type SecretKind = 'none' | 'whole' | 'url-credentials';

/**
 * Effect of setting a variable in this version. `notice`: accepted, with a notice for the operator. `refused`: the
 * service does not start, because continuing would silently ignore the request.
 */
export interface SettingCaveat<T> {
  readonly kind: 'notice' | 'refused';
  readonly reason: string;
  /** Limits the caveat to some values (or to the text that gave them). Default: every given value. */
  readonly when?: (value: T, given: string) => boolean;
}

/** Definition of a table row; builders in `setting-kinds.ts` add the parsing. */
export interface SettingDeclaration {
  readonly name: string;
  /** One or two sentences for the reference page. */
  readonly description: string;
  readonly aliases?: readonly SettingAlias[];
  /** Unit of the number, for the reference page. */
  readonly unit?: string;
}

/** One environment variable: its name, parsing, default, documentation and masking. */
export interface Setting<T> extends SettingDeclaration {
  readonly aliases: readonly SettingAlias[];
  readonly fallback: T;
  /** Allowed values, as shown in problems and on the reference page. */
  readonly allowed: string;
  /** Parses the trimmed, non-empty text; fails without its own message. */
  readonly schema: z.ZodType<T, string>;
  /** Formats a value as an operator would write it. */
  readonly format: (value: T) => string;
  readonly secret: SecretKind;
  readonly caveats: readonly SettingCaveat<T>[];
}

/** The value type of a setting. */
export type SettingValue<S> = S extends Setting<infer T> ? T : never;
