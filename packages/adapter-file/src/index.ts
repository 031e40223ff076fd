export { fileAdapter, type FileAdapter } from './file-adapter';
export type { FileFormat, FileProgress, FileQuery } from './file-query';
export type { FileAdapterOptions } from './options';
