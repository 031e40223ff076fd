/**
 * For the other packages of this project alone: what is here may change with any version.
 *
 * @packageDocumentation
 */
export { Access, type AccessHeaders } from './access';
export { Tries } from './tries';
