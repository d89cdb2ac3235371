export { run } from './run.js';
export { stage } from './stage.js';
