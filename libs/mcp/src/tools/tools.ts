import { addMemories, addMemory } from './add-memory.tools.js';
import { deleteMemories, updateMemory } from './change-memory.tools.js';
import { findPath, linkMemories } from './link.tools.js';
import { getMemory, getMemoryHistory, listMemories, searchMemories } from './read-memory.tools.js';
import { getStatus } from './status.tool.js';
import type { Tool } from './tool.js';

/** All tools, in the order in which hosts list them. */
export const TOOLS: readonly Tool[] = [
  searchMemories,
  addMemory,
  addMemories,
  getMemory,
  listMemories,
  updateMemory,
  deleteMemories,
  getMemoryHistory,
  linkMemories,
  findPath,
  getStatus,
];
