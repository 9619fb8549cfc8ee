import { isJsonObject, toDouble, type JsonValue } from './json.js';

/** A circle on the globe. */
export interface GeoCircle {
  /** Degrees north, −90 to 90. */
  readonly lat: number;
  /** Degrees east, −180 to 180. */
  readonly lon: number;
  /** Metres, above 0. */
  readonly radius: number;
}

/** Mean radius of the earth in metres (IUGG). */
const EARTH_RADIUS = 6_371_008.8;

/** Names and greatest sizes of a place's numbers, in degrees. */
export const PLACE_BOUNDS = { lat: 90, lon: 180 } as const;

/** Whether a value is a place, `{"lat": …, "lon": …}`, within a circle, its edge included. */
export function isWithin(value: JsonValue, circle: GeoCircle): boolean {
  if (!isJsonObject(value)) return false;
  const [lat, lon] = [degrees(value['lat'], PLACE_BOUNDS.lat), degrees(value['lon'], PLACE_BOUNDS.lon)];
  if (lat === undefined || lon === undefined) return false;
  const north = Math.sin(radians(lat - circle.lat) / 2) ** 2;
  const east = Math.sin(radians(lon - circle.lon) / 2) ** 2;
  return north + Math.cos(radians(circle.lat)) * Math.cos(radians(lat)) * east <= haversineOf(circle.radius);
}

/**
 * Returns the haversine of a distance in metres: it grows with it, up to 1 at the other side of the earth.
 *
 * Source: the haversine formula (Sinnott, "Virtues of the Haversine", 1984).
 */
export function haversineOf(metres: number): number {
  return Math.sin(Math.min(metres / (2 * EARTH_RADIUS), Math.PI / 2)) ** 2;
}

function degrees(value: JsonValue | undefined, most: number): number | undefined {
  const number = toDouble(value);
  return number !== undefined && Math.abs(number) <= most ? number : undefined;
}

function radians(of: number): number {
  return (of * Math.PI) / 180;
}
