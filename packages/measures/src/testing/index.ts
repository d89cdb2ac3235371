export { plainCopyOf } from './plain-copies.js';
