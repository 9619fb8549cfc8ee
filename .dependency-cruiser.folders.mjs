/**
 * Which folders may import each other: none. Tests are left out, because a spec may look at a room from where it likes.
 * A broken rule fails `npm run lint`; test/lint/house-rules.spec.ts plants one.
 */
import arrows, { TEST_CODE } from './.dependency-cruiser.mjs';

export default {
  forbidden: [
    {
      name: 'no-knot-of-folders',
      comment:
        'Folders that import each other are one room with a wall through it; move what both need into a room below them.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...arrows.options, exclude: { path: [arrows.options.exclude.path, TEST_CODE] } },
};
