import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const PUBLIC_AREA = 'sfm:public-area';
export const ALWAYS_PUBLIC = '*';

/**
 * The route (or all routes of the controller) answers without a token and is not rate limited. For routes without a body:
 * the server reads bodies of callers with a token only.
 */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_AREA, ALWAYS_PUBLIC);

/**
 * The route needs no token when `AuthOptions.publicAreas` contains this area. A token that is sent anyway is checked as
 * usual. Callers without one are rate limited by address.
 */
export const PublicIf = (area: string): CustomDecorator => SetMetadata(PUBLIC_AREA, area);
