#!/usr/bin/env node
// Is there before anything is built, so that npm links it.
import '../dist/main.js';
