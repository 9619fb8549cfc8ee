export { MemoryServers, type MemoryServerOptions } from './protocol/memory-server.js';
export { answersTo } from './protocol/one-exchange.js';
export { readMessages, WrongMessageError, type ReadMessages } from './protocol/read-messages.js';
export { bridgeStreams, serveStreams, type HostStreams, type RemoteServer } from './protocol/streams.js';
export { type Tool, type ToolPlaces } from './tools/tool.js';
export { TOOLS } from './tools/tools.js';
