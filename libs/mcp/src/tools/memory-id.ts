import { coordinateKey, type Coordinate } from '@sfm/memory';

/** The name of a memory for agents: its coordinate as text, which every tool takes. */
export function idOf(coordinate: Coordinate): string {
  return coordinateKey(coordinate);
}

/** Puts the id before what is told of a memory. */
export function withId<View extends { readonly coordinate: Coordinate }>(view: View): View & { readonly id: string } {
  return { id: idOf(view.coordinate), ...view };
}
