export { MemoryStore } from './memory-store.js';
export { objectStoreContract } from './object-store-contract.js';
export { toyWorkspace } from './toy-workspace.js';
