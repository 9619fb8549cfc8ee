import 'reflect-metadata';

// From Node 24.9 on Jest lets CommonJS packages require ES modules, but not one that is still being evaluated:
// @willsoto/nestjs-prometheus requires @nestjs/common, which must therefore be complete before a spec imports both.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 9)) await import('@nestjs/common');
