import { checkLinkType } from '@sfm/memory';

/**
 * The type to look for, where clients write none as an empty text or null.
 *
 * @param field that it came in
 * @throws InvalidRequestError naming the field
 */
export function ofType(type: string | null | undefined, field = 'link_type'): { readonly type?: string } {
  if (!type) return {};
  checkLinkType(type, field);
  return { type };
}
